import { Radio, Stack } from '@mantine/core';
import type { JobOptions } from '../../../../../src-shared/job.ts';
import classes from '../../job.module.css';
import { DeleteLimitField } from './delete-limit-field.tsx';
import { OptionWords } from './option-words.tsx';
import { Section } from './section.tsx';

interface DeletedFilesProps {
  readonly options: JobOptions;
  readonly onOptions: (change: Partial<JobOptions>) => void;
  readonly cost: string | undefined;
}

/** Whether the backup keeps what is deleted at the source, and when a deletion waits for a yes. */
export function DeletedFiles({ options, onOptions, cost }: DeletedFilesProps) {
  return (
    <Section title="When a file is deleted at the source">
      <Radio.Group aria-label="When a file is deleted at the source" value={options.mirror ? 'mirror' : 'keep'} onChange={(value) => onOptions({ mirror: value === 'mirror' })}>
        <Stack gap="sm">
          <div className={classes.option}>
            <Radio value="keep" label="Keep it in the backup" />
            <div className={classes.optionBelow}>
              <OptionWords name="Keep it" rsync="without --delete">The backup only grows: nothing is ever deleted there. Renamed files are there under both names.</OptionWords>
            </div>
          </div>
          <div className={classes.option}>
            <Radio value="mirror" label="Delete it in the backup too (mirror)" />
            <div className={classes.optionBelow}>
              <OptionWords name="Mirror" rsync="--delete, after all was copied and the list of names was judged" cost={cost}>
                The backup is the same as the source after each run. Deletions come last; when there are too many, they are held and wait for your yes.
              </OptionWords>
            </div>
          </div>
        </Stack>
      </Radio.Group>
      {options.mirror && <DeleteLimitField limit={options.deleteLimit} onLimit={(deleteLimit) => onOptions({ deleteLimit })} />}
    </Section>
  );
}
