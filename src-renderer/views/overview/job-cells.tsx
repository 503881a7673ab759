import { Table } from '@mantine/core';
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
      {duration === undefined ? <div className={`${classes['line']} ${classes['dim']}`}>-</div> : <div className={classes['line']}>{formatDuration(duration)}</div>}
      {recent.length > 1 && <Sparkline values={recent.map((each) => each.durationMs)} top={null} slots={14} height={16} />}
    </Table.Td>
  );
}

/** When a job runs next, and whether that will be in time. */
export function NextRunCell({ nextRunAt, forecast }: Pick<JobSummary, 'nextRunAt' | 'forecast'>) {
  return (
    <Table.Td>
      <div className={classes['line']}>{nextRunAt === null ? <span className={classes['dim']}>by hand</span> : <Moment at={nextRunAt} words={formatComing} />}</div>
      {(forecast?.warning ?? null) !== null && <div className={`${classes['note']} ${classes['late']}`}>not in time</div>}
    </Table.Td>
  );
}

/** The next run once more, where the page is too narrow for its column. */
export function NextRunBelow({ nextRunAt }: Pick<JobSummary, 'nextRunAt'>) {
  return nextRunAt === null ? null : <div className={`${classes['note']} ${classes['nextBelow']}`}>next <Moment at={nextRunAt} words={formatComing} /></div>;
}
