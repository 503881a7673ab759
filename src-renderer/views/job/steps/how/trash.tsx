import { Group, NumberInput, Text } from '@mantine/core';
import type { JobOptions } from '../../../../../src-shared/job.ts';
import classes from '../../job.module.css';
import { OptionSwitch } from './option-switch.tsx';
import { Section } from './section.tsx';

interface TrashProps {
  readonly options: JobOptions;
  readonly onOptions: (change: Partial<JobOptions>) => void;
}

const usualDays = 30;
const mostDays = 3650;

/** Whether what a run deletes or overwrites at the destination can be brought back, and for how long. */
export function Trash({ options, onOptions }: TrashProps) {
  const { mirror, trashDays } = options;
  return (
    <Section title="A trash at the destination">
      <OptionSwitch
        label="Keep deleted and replaced files in a trash" isOn={trashDays !== null} rsync="--backup --backup-dir=DEST/.daybreak/trash/RUN"
        onChange={(isOn) => onOptions(isOn ? { trashDays: usualDays, backup: false, backupDir: null } : { trashDays: null })}
      >
        {mirror ? 'What a run deletes or overwrites' : 'What a run overwrites'} is moved to a folder of that run in DEST/.daybreak/trash, on the same disk: it costs no copying, only room. Each run has its own, so that a bad night does not take the good version of the night before. It can be looked at and brought back here.
      </OptionSwitch>
      {trashDays !== null && (
        <div className={classes.inset}>
          <Group align="flex-end" gap="xs">
            <NumberInput
              w={150} label="Keep it for" suffix={trashDays === 1 ? ' day' : ' days'} min={1} max={mostDays} allowDecimal={false} clampBehavior="strict" value={trashDays}
              onChange={(value) => typeof value === 'number' && value >= 1 && onOptions({ trashDays: value })}
            />
          </Group>
          <Text size="sm" c="dimmed" mt={6}>After that a later run removes it. When the destination is full, nothing is removed early: the run pauses and says so.</Text>
        </div>
      )}
    </Section>
  );
}
