import { Text } from '@mantine/core';
import { useId } from 'react';
import type { Schedule } from '../../../../../src-shared/schedule.ts';
import { formatExactly } from '../../../../format.ts';
import { ErrorPanel } from '../../../../parts/error-panel.tsx';
import classes from '../../job.module.css';
import { useSchedulePreview } from '../../use-schedule-preview.ts';

/** The next five dates of what is chosen, in words. Room for five is kept, so that nothing below moves. */
export function NextDates({ schedule }: { readonly schedule: Schedule }) {
  const { preview, failure, isOld } = useSchedulePreview(schedule);
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Text id={id} component="h4" size="sm" fw={600}>The next five times{preview && !failure ? <Text span size="sm" c="dimmed" fw={400}>, {preview.timeZone}</Text> : null}</Text>
      {failure
        ? <div className={classes.nextDates}><ErrorPanel error={failure} /></div>
        : (
          <ol className={classes.nextDates} role="list" aria-live="polite" aria-busy={isOld} data-old={(isOld && preview !== null) || undefined}>
            {(preview?.next ?? []).map(({ at, words, windowEndsAt }) => (
              <li key={at} title={formatExactly(at)}>{words}{windowEndsAt === null ? '' : `, done by ${schedule.finishBy ?? ''}`}</li>
            ))}
          </ol>
        )}
    </section>
  );
}
