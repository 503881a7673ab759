import { Button, Table } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Moment } from '../../parts/moment.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { DurationCell, NextRunBelow, NextRunCell } from './job-cells.tsx';
import classes from './job-list.module.css';
import { JobName } from './job-name.tsx';
import { SystemNote } from './system-note.tsx';

/** A job of the system service: it can be started here and no more, and its history is not ours to link to. `row`: as in a `JobRow`. */
export function SystemRow({ row, summary: { job, lastRun, protectedUntil, recent, nextRunAt, forecast } }: { readonly row: number; readonly summary: JobSummary }) {
  const calls = useCalls();
  const isRunning = useAppStore((state) => state.service.live.some((run) => run.jobId === job.id && run.outcome === null));
  const liveState = useAppStore((state) => state.service.live.find((run) => run.jobId === job.id && run.outcome === null)?.progress?.state ?? null);
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const start = (): void => {
    if (isRunning) return;
    calls.service.start({ jobId: job.id }).catch(tellError);
  };
  const state = liveState ?? lastRun?.state ?? null;
  return (
    <Table.Tr className={classes['row'] ?? ''} aria-rowindex={row}>
      <Table.Td className={classes['job'] ?? ''}><JobName job={job} owner="system" /></Table.Td>
      <Table.Td>
        {state === null ? <div className={`${classes['line']} ${classes['dim']}`}>never</div> : <StateBadge state={state} />}
        {lastRun && <div className={classes['note']}><Moment at={lastRun.startedAt} /></div>}
      </Table.Td>
      <DurationCell recent={recent} />
      <NextRunCell nextRunAt={nextRunAt} forecast={forecast} />
      <Table.Td>
        <div className={classes['line']}>{protectedUntil === null ? 'not yet' : <Moment at={protectedUntil} />}</div>
        <NextRunBelow nextRunAt={nextRunAt} />
      </Table.Td>
      <Table.Td>
        <div className={`${classes['side']} ${classes['end']}`}>
          {/* While it runs the button rests and keeps the focus of whoever pressed it. */}
          <Button
            size="xs" variant="default" disabled={isOffline} aria-disabled={isRunning} {...(isRunning ? { 'data-disabled': true } : {})} leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={start}
            aria-label={`Back up now: ${job.name} (system)`} title={isRunning ? 'It runs: see above' : 'Back up now'} className={classes['start'] ?? ''}
          ><span className={classes['startWord'] ?? ''}>Back up now</span></Button>
          <SystemNote jobName={job.name} />
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
