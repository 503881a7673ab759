import { Anchor, Button, Table, Title } from '@mantine/core';
import { IconEye, IconPlayerPlay } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { lazy, memo, Suspense, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Moment } from '../../parts/moment.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go, hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { DurationCell, NextRunBelow, NextRunCell } from './job-cells.tsx';
import classes from './job-list.module.css';
import { JobMenu } from './job-menu.tsx';
import { JobName } from './job-name.tsx';
import { jobRowsOf } from './job-rows.ts';
import { SystemRow } from './system-row.tsx';

// What nobody opened yet need not be loaded.
const ProtectionDrawer = lazy(async () => ({ default: (await import('./protection-drawer.tsx')).ProtectionDrawer }));

/** Pixels; said in the style sheet as well. */
const rowHeight = 64;

/** All jobs, and what one can do with each. Only rows in sight are in the page. */
export function JobList() {
  const jobs = useAppStore((state) => state.jobs);
  const service = useAppStore((state) => state.service);
  const jobRows = useMemo(() => jobRowsOf(jobs, service), [jobs, service]);
  const [toDelete, setToDelete] = useState<JobSummary | null>(null);
  const [detailOf, setDetailOf] = useState<string | null>(null);
  const calls = useCalls();
  const table = useRef<HTMLTableElement>(null);
  const [top, setTop] = useState(0);
  // What stands above the list comes and goes with the runs.
  useLayoutEffect(() => setTop(table.current?.offsetTop ?? 0));
  const rows = useWindowVirtualizer({ count: jobRows.length, estimateSize: () => rowHeight, overscan: 3, scrollMargin: top });
  const shown = rows.getVirtualItems();
  const above = (shown[0]?.start ?? top) - top;
  const below = rows.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  const remove = (): void => {
    if (toDelete) calls.jobs.delete({ id: toDelete.job.id }).catch(tellError);
    setToDelete(null);
  };
  return (
    <section aria-label="Jobs">
      <Title order={2} mb="xs">Jobs</Title>
      <Table ref={table} verticalSpacing="xs" className={classes.table} highlightOnHover aria-rowcount={jobRows.length + 1}>
        <Table.Thead>
          <Table.Tr><Table.Th>Job</Table.Th><Table.Th>Last run</Table.Th><Table.Th>Duration</Table.Th><Table.Th>Next run</Table.Th><Table.Th>Protected until</Table.Th><Table.Th><span className={classes.hidden}>Actions</span></Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {above > 0 && <tr aria-hidden style={{ height: above }} />}
          {shown.map(({ index }) => {
            const each = jobRows[index];
            if (!each) return null;
            const { key, owner, summary } = each;
            return owner === 'system'
              ? <SystemRow key={key} row={index + 2} summary={summary} />
              : <JobRow key={key} row={index + 2} summary={summary} onDelete={setToDelete} onDetail={setDetailOf} />;
          })}
          {below > 0 && <tr aria-hidden style={{ height: below }} />}
        </Table.Tbody>
      </Table>
      {detailOf !== null && <Suspense><ProtectionDrawer summary={jobs.find(({ job }) => job.id === detailOf) ?? null} onClose={() => setDetailOf(null)} /></Suspense>}
      <Confirm
        isOpen={toDelete !== null} isDangerous title={`Delete "${toDelete?.job.name ?? ''}"?`} confirmLabel="Delete the job"
        text="The definition and its history go, and cannot be brought back. No file goes: neither the source nor the backup is touched."
        onConfirm={remove} onCancel={() => setToDelete(null)}
      />
    </section>
  );
}

interface JobRowProps {
  /** Its place in the table, the heading being 1. */
  readonly row: number;
  readonly summary: JobSummary;
  readonly onDelete: (summary: JobSummary) => void;
  readonly onDetail: (jobId: string) => void;
}

/** Remembered, so that scrolling only makes the rows that come into sight. */
const JobRow = memo(function JobRow({ row, summary, onDelete, onDetail }: JobRowProps) {
  const { job, lastRun, protectedUntil, recent, nextRunAt, forecast } = summary;
  const calls = useCalls();
  const liveKey = useAppStore((state) => state.live.find((run) => run.jobId === job.id && run.outcome === null)?.key ?? null);
  const liveState = useAppStore((state) => state.live.find(({ key }) => key === liveKey)?.progress?.state ?? null);
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const start = (dryRun: boolean): void => {
    calls.runs.start({ jobId: job.id, dryRun }).then(({ key }) => go({ name: 'run', key }), tellError);
  };
  return (
    <Table.Tr className={classes.row ?? ''} aria-rowindex={row}>
      <Table.Td className={classes.job}><JobName job={job} owner="user" /></Table.Td>
      <Table.Td>
        {lastRun ? (
          <>
            <Anchor href={liveKey === null ? hrefOf({ name: 'past-run', id: lastRun.id }) : hrefOf({ name: 'run', key: liveKey })} underline="never"><StateBadge state={liveState ?? lastRun.state} /></Anchor>
            <div className={classes['note']}><Moment at={lastRun.startedAt} /></div>
          </>
        ) : <div className={`${classes['line']} ${classes['dim']}`}>never</div>}
      </Table.Td>
      <DurationCell recent={recent} />
      <NextRunCell nextRunAt={nextRunAt} forecast={forecast} />
      <Table.Td>
        <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onDetail(job.id)}>{protectedUntil === null ? 'not yet' : <Moment at={protectedUntil} />}<span className={classes.hidden}>, by folder: {job.name}</span></Anchor>
        <NextRunBelow nextRunAt={nextRunAt} />
      </Table.Td>
      <Table.Td>
        <div className={`${classes['side']} ${classes['end']}`}>
          {liveKey === null
            ? <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={() => start(false)} aria-label={`Back up now: ${job.name}`} title="Back up now" className={classes.start ?? ''}><span className={classes.startWord}>Back up now</span></Button>
            : <Button size="xs" variant="light" component="a" href={hrefOf({ name: 'run', key: liveKey })} leftSection={<IconEye size={14} aria-hidden />} aria-label={`Watch: ${job.name}`} title="Watch" className={classes.start ?? ''}><span className={classes.startWord}>Watch</span></Button>}
          <JobMenu job={job} isRunning={liveKey !== null} isOffline={isOffline} onPreview={() => start(true)} onDelete={() => onDelete(summary)} />
        </div>
      </Table.Td>
    </Table.Tr>
  );
});
