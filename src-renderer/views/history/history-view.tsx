import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconArrowsDiff } from '@tabler/icons-react';
import { memo, useCallback, useRef, useState } from 'react';
import type { PastRun } from '../../../src-shared/run-view.ts';
import type { RunState } from '../../../src-shared/run.ts';
import { formatBytes, formatCount, formatDuration, formatNumberOf } from '../../format.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { go, hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import classes from './history.module.css';
import { reasonOf } from './skip-reason.ts';
import { TrendPlot } from './trend-plot.tsx';
import { useHistoryPages, type HistoryFilter } from './use-history-pages.ts';

const rowHeight = 44;
const stateChoices: Readonly<Record<string, RunState[]>> = {
  good: ['succeeded'], attention: ['warned', 'held', 'stopped'], bad: ['failed', 'interrupted', 'unproven'], cancelled: ['cancelled', 'skipped'],
};

/** All runs, newest first. */
export function HistoryView() {
  const jobNames = useAppStore((state) => state.jobs.map(({ job }) => `${job.id}\t${job.name}`).join('\n'));
  const [jobId, setJobId] = useState<string | null>(null);
  const [states, setStates] = useState('all');
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [chosen, setChosen] = useState<readonly number[]>([]);
  // A third one takes the place of the first.
  const choose = useCallback((id: number): void => setChosen((ids) => (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-2))), []);
  const [one, other] = chosen;
  const day = 86_400_000;
  const filter: HistoryFilter = {
    ...(jobId === null ? {} : { jobId }), ...(stateChoices[states] ? { states: stateChoices[states] } : {}),
    ...(since === '' ? {} : { since: new Date(`${since}T00:00`).getTime() }), ...(until === '' ? {} : { until: new Date(`${until}T00:00`).getTime() + day }),
  };
  const { total, rowAt, failure, reload } = useHistoryPages(filter);
  return (
    <Stack gap="md">
      <Title order={1} tabIndex={-1}>History</Title>
      <Group gap="xs" align="flex-end">
        <Select
          label="Job" size="xs" w={170} clearable placeholder="All jobs" value={jobId} onChange={setJobId} clearButtonProps={{ 'aria-label': 'All jobs' }}
          data={jobNames === '' ? [] : jobNames.split('\n').map((line) => ({ value: line.slice(0, line.indexOf('\t')), label: line.slice(line.indexOf('\t') + 1) }))}
        />
        <Select
          label="State" size="xs" w={130} allowDeselect={false} value={states} onChange={(value) => setStates(value ?? 'all')}
          data={[{ value: 'all', label: 'All' }, { value: 'good', label: 'Succeeded' }, { value: 'attention', label: 'Warned, held or stopped' }, { value: 'bad', label: 'Failed' }, { value: 'cancelled', label: 'Cancelled or skipped' }]}
        />
        <TextInput label="From" size="xs" w={118} type="date" value={since} onChange={(event) => setSince(event.currentTarget.value)} />
        <TextInput label="To" size="xs" w={118} type="date" value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
        <Button
          size="xs" variant="default" ml="auto" leftSection={<IconArrowsDiff size={14} aria-hidden />} disabled={one === undefined || other === undefined} title="Choose two runs in the list"
          onClick={() => { if (one !== undefined && other !== undefined) go({ name: 'compare', runs: [one, other] }); }}
        >
          {one !== undefined && other !== undefined ? `Compare ${one} and ${other}` : 'Compare two runs'}
        </Button>
        <Text size="sm" c="dimmed" pb={5} role="status">{total === null ? '' : `${formatCount(total)} ${total === 1 ? 'run' : 'runs'}`}</Text>
      </Group>
      {jobId !== null && <TrendPlot jobId={jobId} />}
      {failure && <ErrorPanel error={failure} onRetry={reload} />}
      {total === 0 && <EmptyState title="No run is like that" text="Runs appear here as they start, and stay." />}
      {total !== null && total > 0 && <Rows total={total} rowAt={rowAt} chosen={chosen} onChoose={choose} />}
    </Stack>
  );
}

interface RowsProps extends Pick<ReturnType<typeof useHistoryPages>, 'rowAt'> {
  readonly total: number;
  /** Runs to be compared. */
  readonly chosen: readonly number[];
  readonly onChoose: (id: number) => void;
}

function Rows({ total, rowAt, chosen, onChoose }: RowsProps) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: total, getScrollElement: () => frame.current, estimateSize: () => rowHeight, overscan: 8 });
  return (
    <div className={classes.frame} ref={frame} tabIndex={0} role="region" aria-label="Runs, newest first">
      <div role="table" aria-label="Runs" aria-rowcount={total} style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const run = rowAt(index);
          return <RunRow key={index} index={index} start={start} run={run} isChosen={run !== null && chosen.includes(run.id)} onChoose={onChoose} />;
        })}
      </div>
    </div>
  );
}

interface RunRowProps {
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly start: number;
  /** Null while it is fetched. */
  readonly run: PastRun | null;
  readonly isChosen: boolean;
  readonly onChoose: (id: number) => void;
}

/** Remembered, so that scrolling only makes the rows that come into sight. */
const RunRow = memo(function RunRow({ index, start, run, isChosen, onChoose }: RunRowProps) {
  return (
    <div role="row" aria-rowindex={index + 1} className={classes.row} style={{ transform: `translateY(${start}px)`, height: rowHeight }}>
      {run ? (
        <>
          <span role="cell"><input type="checkbox" className={classes.choice} aria-label={`Compare run ${run.id}`} checked={isChosen} disabled={run.endedAt === null || run.state === 'skipped'} onChange={() => onChoose(run.id)} /></span>
          <span role="cell" className={classes.job}><a className={classes.link} href={hrefOf({ name: 'past-run', id: run.id })}>{run.jobName}</a></span>
          <span role="cell"><StateBadge state={run.state} /></span>
          <span role="cell"><Moment at={run.startedAt} /></span>
          {run.state === 'skipped' ? <span role="cell" className={classes.reason} title={reasonOf(run) ?? ''}>{reasonOf(run) ?? ''}</span> : <Figures run={run} />}
        </>
      ) : <span role="cell" className={classes.pending}>...</span>}
    </div>
  );
});

function Figures({ run: { startedAt, endedAt, totals } }: { readonly run: PastRun }) {
  return (
    <>
      <span role="cell" className={classes.number}>{endedAt === null ? 'running' : formatDuration(endedAt - startedAt)}</span>
      <span role="cell" className={`${classes.number} ${classes.files}`}>{formatNumberOf(totals.filesTransferred, 'file')}</span>
      <span role="cell" className={classes.number}>{formatBytes(totals.bytesTransferred)}</span>
    </>
  );
}
