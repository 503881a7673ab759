import { Select, Text } from '@mantine/core';
import type { Schedule } from '../../../../../src-shared/schedule.ts';
import { missedWords, overlapWords } from '../../schedule-draft.ts';
import { Section } from '../how/section.tsx';

interface MissedFieldsProps {
  readonly schedule: Schedule;
  readonly onSchedule: (schedule: Schedule) => void;
}

const missed: readonly { readonly value: Schedule['missed']; readonly label: string }[] = [
  { value: 'catch-up', label: 'Make up for it once' }, { value: 'skip', label: 'Leave it out' }, { value: 'ask', label: 'Ask me' },
];
const overlap: readonly { readonly value: Schedule['overlap']; readonly label: string }[] = [
  { value: 'queue', label: 'Start it afterwards' }, { value: 'skip', label: 'Leave it out' },
];

/** What happens to a run that could not start when it was due. */
export function MissedFields({ schedule, onSchedule }: MissedFieldsProps) {
  return (
    <Section title="When a run could not start">
      <div>
        <Select
          maw={420} label="The machine was off or asleep" allowDeselect={false} data={[...missed]} value={schedule.missed}
          onChange={(value) => onSchedule({ ...schedule, missed: missed.find((each) => each.value === value)?.value ?? schedule.missed })}
        />
        <Text size="sm" c="dimmed" mt={4}>{missedWords[schedule.missed]}</Text>
      </div>
      <div>
        <Select
          maw={420} label="The run before still goes on" allowDeselect={false} data={[...overlap]} value={schedule.overlap}
          onChange={(value) => onSchedule({ ...schedule, overlap: overlap.find((each) => each.value === value)?.value ?? schedule.overlap })}
        />
        <Text size="sm" c="dimmed" mt={4}>{overlapWords[schedule.overlap]}</Text>
      </div>
    </Section>
  );
}
