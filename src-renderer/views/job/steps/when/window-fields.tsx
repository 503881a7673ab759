import { Group, Select, Switch, Text } from '@mantine/core';
import type { Schedule } from '../../../../../src-shared/schedule.ts';
import classes from '../../job.module.css';
import { usualEnd } from '../../schedule-draft.ts';
import { TimeField } from './time-field.tsx';

interface WindowFieldsProps {
  readonly schedule: Schedule;
  readonly onSchedule: (schedule: Schedule) => void;
}

const ofMachine = 'machine';
const zones = Intl.supportedValuesOf('timeZone');

/** The end of the window, and whose clock is meant. */
export function WindowFields({ schedule, onSchedule }: WindowFieldsProps) {
  const { finishBy, timeZone } = schedule;
  return (
    <>
      <div className={classes.option}>
        <Switch label="Be done by a time" checked={finishBy !== null} onChange={(event) => onSchedule({ ...schedule, finishBy: event.currentTarget.checked ? usualEnd : null })} />
        <div className={classes.optionBelow}>
          <Text size="sm" c="dimmed">At the end of the window the copies stop cleanly, and the rest goes on in the next window, oldest first. What is copied stays.</Text>
          {finishBy !== null && <Group mt={6}><TimeField label="Done by" value={finishBy} onTime={(next) => onSchedule({ ...schedule, finishBy: next })} /></Group>}
        </div>
      </div>
      <Select
        maw={420} label="Time zone" searchable allowDeselect={false} limit={60} nothingFoundMessage="No zone is called that" value={timeZone ?? ofMachine}
        data={[{ value: ofMachine, label: 'That of the machine Daybreak runs on' }, ...zones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))]}
        onChange={(value) => onSchedule({ ...schedule, timeZone: value === null || value === ofMachine ? null : value })}
      />
    </>
  );
}
