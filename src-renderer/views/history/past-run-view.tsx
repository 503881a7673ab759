import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { PastRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { HeldPanel } from '../run/held-panel.tsx';
import { NewPlaces } from '../run/new-places.tsx';
import { NoticeList } from '../run/notice-list.tsx';
import { OutcomePanel } from '../run/outcome-panel.tsx';
import { RunPicture } from '../run/picture/run-picture.tsx';
import { ReceiptLink } from '../run/receipt-link.tsx';
import { RestorePanel } from '../run/restore-panel.tsx';
import { RunAgain } from '../run/run-again.tsx';
import { triggerWords } from '../run/trigger-words.ts';
import { UnitsTable } from '../run/units-table.tsx';
import { useTimeline } from '../run/use-timeline.ts';
import { VerdictPanel } from '../run/verdict-panel.tsx';
import { CompareWith } from './compare-with.tsx';
import { reasonOf } from './skip-reason.ts';
import { useDiagnosis } from './use-diagnosis.ts';

/** A run of the history: the run's page as it was at the end. */
export function PastRunView({ id }: { readonly id: number }) {
  const calls = useCalls();
  const version = useAppStore((state) => state.historyVersion);
  const liveKey = useAppStore((state) => state.live.find((run) => run.run === id && run.outcome === null)?.key ?? null);
  const [run, setRun] = useState<PastRun | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    calls.history.run({ run: id }).then(setRun, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls, id, version]);
  if (failure) return <ErrorPanel error={failure} />;
  if (run?.id !== id) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={240} /><Skeleton height={260} /></Stack>;
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} tabIndex={-1}>{run.jobName}</Title>
          <Text size="sm" c="dimmed">Run {run.id}, <Moment at={run.startedAt} />, {triggerWords[run.trigger]}{run.rsyncVersion === null ? '' : `, rsync ${run.rsyncVersion}`} · {run.source} → {run.destination}</Text>
        </div>
        <Anchor href={hrefOf({ name: 'history' })} size="sm">All runs</Anchor>
      </Group>
      {liveKey !== null && <Group><Button component="a" href={hrefOf({ name: 'run', key: liveKey })}>It is running: watch it</Button></Group>}
      {run.state === 'skipped' ? <SkippedRun run={run} /> : <WholeRun run={run} />}
    </Stack>
  );
}

/** Nothing was copied: there is only the reason. */
function SkippedRun({ run }: { readonly run: PastRun }) {
  return (
    <>
      <Group gap="sm" role="status"><StateBadge state={run.state} /><Text size="sm">{reasonOf(run) ?? 'No reason is kept.'}</Text></Group>
      <RunAgain jobId={run.jobId} state={run.state} />
    </>
  );
}

function WholeRun({ run }: { readonly run: PastRun }) {
  const bars = useTimeline(run.id, run.endedAt !== null);
  const diagnosis = useDiagnosis(run.id, run.endedAt !== null);
  const durationMs = run.endedAt === null ? 0 : run.endedAt - run.startedAt;
  return (
    <>
      <OutcomePanel outcome={{ state: run.state, totals: run.totals, durationMs, limitedBy: run.limitedBy, error: run.error }} verdict={diagnosis?.verdict ?? null} />
      {diagnosis?.verdict && <VerdictPanel verdict={diagnosis.verdict} jobId={run.jobId} live={null} />}
      <NewPlaces jobId={run.jobId} source={run.source} destination={run.destination} error={run.error} />
      {run.endedAt !== null && <Group justify="space-between"><ReceiptLink run={run.id} /><CompareWith run={run} /></Group>}
      {run.state === 'held' && <HeldPanel run={run.id} entries={run.totals.held} />}
      <NoticeList notices={run.notices} />
      <RunAgain jobId={run.jobId} state={run.state} />
      <RunPicture bars={bars} running={[]} startedAt={run.startedAt} elapsedMs={durationMs} isLive={false} meters={diagnosis?.meters ?? null} />
      {diagnosis && !diagnosis.meters && <Text size="sm" c="dimmed">Nothing was measured in this run: it was too short, or made by an earlier version of Daybreak.</Text>}
      <UnitsTable run={run.id} liveKey={null} />
      <RestorePanel run={run.id} destination={run.destination} />
    </>
  );
}
