import { Table, Text } from '@mantine/core';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import { formatComing, formatDuration } from '../../format.ts';
import { Moment } from '../../parts/moment.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import classes from './job-list.module.css';

/** How long a job took, the last time and before. */
export function DurationCell({ recent }: Pick<JobSummary, 'recent'>) {
  const duration = recent.at(-1)?.durationMs;
  return (
    <Table.Td>
      {duration === undefined ? <Text size="sm" c="dimmed">-</Text> : <Text size="sm">{formatDuration(duration)}</Text>}
      {recent.length > 1 && <Sparkline values={recent.map((each) => each.durationMs)} top={null} slots={14} height={16} />}
    </Table.Td>
  );
}

/** When a job runs next, and whether that will be in time. */
export function NextRunCell({ nextRunAt, forecast }: Pick<JobSummary, 'nextRunAt' | 'forecast'>) {
  return (
    <Table.Td>
      <Text size="sm">{nextRunAt === null ? <Text span size="sm" c="dimmed">by hand</Text> : <Moment at={nextRunAt} words={formatComing} />}</Text>
      {(forecast?.warning ?? null) !== null && <Text size="xs" className={classes['late'] ?? ''}>not in time</Text>}
    </Table.Td>
  );
}

/** The next run once more, where the page is too narrow for its column. */
export function NextRunBelow({ nextRunAt }: Pick<JobSummary, 'nextRunAt'>) {
  return nextRunAt === null ? null : <Text size="xs" c="dimmed" className={classes['nextBelow'] ?? ''}>next <Moment at={nextRunAt} words={formatComing} /></Text>;
}
