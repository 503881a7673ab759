import { SegmentedControl, Stack, Text } from '@mantine/core';
import type { JobNotify } from '../../../../src-shared/notify.ts';
import type { Schedule } from '../../../../src-shared/schedule.ts';
import { withWhen, whenOf, type When } from '../schedule-draft.ts';
import { Section } from './how/section.tsx';
import { MissedFields } from './when/missed-fields.tsx';
import { NextDates } from './when/next-dates.tsx';
import { NotifyFields } from './when/notify-fields.tsx';
import { RhythmFields } from './when/rhythm-fields.tsx';
import { WindowFields } from './when/window-fields.tsx';

interface WhenStepProps {
  readonly schedule: Schedule | null;
  readonly error: string | null;
  readonly onSchedule: (schedule: Schedule | null) => void;
  readonly notify: JobNotify;
  readonly onNotify: (notify: JobNotify) => void;
}

const choices: readonly { readonly value: When; readonly label: string }[] = [
  { value: 'off', label: 'By hand' }, { value: 'daily', label: 'Daily' }, { value: 'weekly', label: 'Weekly' }, { value: 'hours', label: 'Every few hours' }, { value: 'cron', label: 'Cron' },
];

/** When it runs by itself, what happens when it could not, and who is told. */
export function WhenStep({ schedule, error, onSchedule, notify, onNotify }: WhenStepProps) {
  const isOn = schedule?.enabled === true;
  return (
    <Stack gap="xl">
      <Section title="It starts by itself">
        <SegmentedControl
          aria-label="It starts by itself" data={[...choices]} value={whenOf(schedule)} style={{ alignSelf: 'flex-start' }}
          onChange={(value) => onSchedule(withWhen(schedule, value))}
        />
        {isOn
          ? (
            <>
              <RhythmFields rhythm={schedule.rhythm} error={error} onRhythm={(rhythm) => onSchedule({ ...schedule, rhythm })} />
              <WindowFields schedule={schedule} onSchedule={onSchedule} />
              <NextDates schedule={schedule} />
            </>
          )
          : <Text size="sm" c="dimmed">It runs when you say “Back up now”, here, in the tray or on the command line. A schedule starts it every night without you.</Text>}
      </Section>
      {isOn && <MissedFields schedule={schedule} onSchedule={onSchedule} />}
      <NotifyFields notify={notify} onNotify={onNotify} />
    </Stack>
  );
}
