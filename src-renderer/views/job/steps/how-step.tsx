import { Stack, Text } from '@mantine/core';
import type { JobOptions } from '../../../../src-shared/job.ts';
import { costSentence } from '../../../../src-shared/option-costs.ts';
import type { Draft } from '../draft.ts';
import { ExcludeField } from '../exclude-field.tsx';
import classes from '../job.module.css';
import { DeletedFiles } from './how/deleted-files.tsx';
import { Further } from './how/further.tsx';
import { ReplacedFiles } from './how/replaced-files.tsx';
import { Section } from './how/section.tsx';
import { Speed } from './how/speed.tsx';
import { Trash } from './how/trash.tsx';

interface HowStepProps {
  readonly draft: Draft;
  readonly onOptions: (change: Partial<JobOptions>) => void;
  readonly backupDirError: string | null;
}

/** How it is backed up: every option in plain words, with what it costs. */
export function HowStep({ draft, onOptions, backupDirError }: HowStepProps) {
  const { options } = draft;
  return (
    <Stack gap="xl">
      <DeletedFiles options={options} onOptions={onOptions} cost={costSentence('mirror')} />
      <Trash options={options} onOptions={onOptions} />
      <ReplacedFiles draft={draft} onOptions={onOptions} cost={costSentence('backup')} error={backupDirError} />
      <Section title="What is left out">
        <ExcludeField excludes={options.excludes} onExcludes={(excludes) => onOptions({ excludes })} />
        <Text size="xs" className={classes.cost ?? ''}>{costSentence('excludes')}</Text>
      </Section>
      <Speed options={options} onOptions={onOptions} />
      <Further options={options} onOptions={onOptions} />
    </Stack>
  );
}
