import { Chip, Group, Select, Text, TextInput } from '@mantine/core';
import cronstrue from 'cronstrue';
import type { Rhythm } from '../../../../../src-shared/schedule.ts';
import classes from '../../job.module.css';
import { weekDays, withDay } from '../../schedule-draft.ts';
import { TimeField } from './time-field.tsx';

interface RhythmFieldsProps {
  readonly rhythm: Rhythm;
  readonly error: string | null;
  readonly onRhythm: (rhythm: Rhythm) => void;
}

const hours = [1, 2, 3, 4, 6, 8, 12] as const;

/** The fields of the chosen rhythm. */
export function RhythmFields({ rhythm, error, onRhythm }: RhythmFieldsProps) {
  switch (rhythm.kind) {
    case 'daily': return <TimeField label="At" value={rhythm.at} error={error} onTime={(at) => onRhythm({ ...rhythm, at })} />;
    case 'weekly':
      return (
        <>
          <Group role="group" aria-label="Days of the week" className={classes.days ?? ''} gap={6}>
            {weekDays.map(({ day, short, long }) => (
              <Chip key={day} size="sm" radius="sm" checked={rhythm.days.includes(day)} aria-label={long} onChange={(isOn) => onRhythm({ ...rhythm, days: withDay(rhythm.days, day, isOn) })}>{short}</Chip>
            ))}
          </Group>
          <TimeField label="At" value={rhythm.at} error={error} onTime={(at) => onRhythm({ ...rhythm, at })} />
        </>
      );
    case 'hours':
      return (
        <Group align="flex-start" gap="sm">
          <Select
            w={150} label="Every" allowDeselect={false} value={String(rhythm.every)} data={hours.map((every) => ({ value: String(every), label: every === 1 ? 'hour' : `${every} hours` }))}
            onChange={(value) => onRhythm({ ...rhythm, every: hours.find((every) => String(every) === value) ?? rhythm.every })}
          />
          <TimeField label="Counted from" value={rhythm.at} error={error} onTime={(at) => onRhythm({ ...rhythm, at })} />
        </Group>
      );
    case 'cron':
      return (
        <div>
          <TextInput
            maw={420} label="In cron’s words" description="Minute, hour, day, month, day of the week; six fields begin with seconds." spellCheck={false} autoComplete="off" maxLength={200}
            classNames={{ input: classes.mono ?? '' }} value={rhythm.text} error={error} inputWrapperOrder={['label', 'description', 'input', 'error']}
            onChange={(event) => onRhythm({ kind: 'cron', text: event.currentTarget.value })}
          />
          <Text size="sm" c="dimmed" mt={4} mih={22}>{cronWords(rhythm.text)}</Text>
        </div>
      );
  }
}

/** What a cron text says, in a sentence; '' where it says nothing. The host has the last word on it. */
function cronWords(text: string): string {
  try {
    return cronstrue.toString(text, { use24HourTimeFormat: true, verbose: true });
  } catch {
    return '';
  }
}
