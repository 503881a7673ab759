import { Button, Group, NumberInput, Progress, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../format.ts';
import { CancelRun } from '../../parts/cancel-run.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { ChangesPanel } from './changes-panel.tsx';
import { HeldPanel } from './held-panel.tsx';
import { NewPlaces } from './new-places.tsx';
import { NoticeList } from './notice-list.tsx';
import { OutcomePanel } from './outcome-panel.tsx';
import { RunPicture } from './picture/run-picture.tsx';
import { QuestionPanel } from './question-panel.tsx';
import { ReceiptLink } from './receipt-link.tsx';
import { RestorePanel } from './restore-panel.tsx';
import { RunAgain } from './run-again.tsx';
import { UnitsTable } from './units-table.tsx';
import { useRunMeters } from './use-run-meters.ts';
import { useTimeline } from './use-timeline.ts';
import { VerdictPanel } from './verdict-panel.tsx';

/** A run of this host: live, or ended a moment ago. */
export function RunView({ runKey }: { readonly runKey: string }) {
  const run = useAppStore((state) => state.live.find(({ key }) => key === runKey));
  const isLoaded = useAppStore((state) => state.face !== null);
  const bars = useTimeline(run?.run ?? null, (run?.outcome ?? null) !== null);
  const meters = useRunMeters(runKey);
  if (!run) {
    if (!isLoaded) return null;
    return (
      <EmptyState title="This run is not going on any more" text="Daybreak was started again, or the run was put away. The history has it.">
        <Button component="a" href={hrefOf({ name: 'history' })}>To the history</Button>
      </EmptyState>
    );
  }
  const { progress, outcome, question } = run;
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} tabIndex={-1}>{run.dryRun ? `What would change: ${run.jobName}` : run.jobName}</Title>
          <Text size="sm" c="dimmed">{run.source} → {run.destination}</Text>
        </div>
        {outcome === null && <Controls run={run} />}
      </Group>
      {question && <QuestionPanel runKey={runKey} question={question} />}
      {outcome ? <OutcomePanel outcome={outcome} verdict={run.verdict} /> : <Live run={run} />}
      {run.verdict && !run.dryRun && <VerdictPanel verdict={run.verdict} jobId={run.jobId} live={outcome || !progress ? null : { key: runKey, poolSize: progress.poolSize }} />}
      {outcome && <NewPlaces jobId={run.jobId} source={run.source} destination={run.destination} error={outcome.error} />}
      {outcome && run.run !== null && <ReceiptLink run={run.run} />}
      {outcome?.state === 'held' && run.run !== null && <HeldPanel run={run.run} entries={outcome.totals.held} />}
      <NoticeList notices={run.notices} />
      {outcome && !run.dryRun && <RunAgain jobId={run.jobId} state={outcome.state} />}
      {run.dryRun
        ? <ChangesPanel run={run} />
        : <RunPicture bars={bars} running={progress && !outcome ? progress.lanes : []} startedAt={run.startedAt} elapsedMs={outcome?.durationMs ?? progress?.elapsedMs ?? 0} isLive={outcome === null} meters={meters} />}
      {run.run !== null && <UnitsTable key={outcome ? 'ended' : 'live'} run={run.run} liveKey={outcome ? null : runKey} />}
      {run.run !== null && outcome && <RestorePanel run={run.run} destination={run.destination} />}
    </Stack>
  );
}

function Live({ run: { progress } }: { readonly run: LiveRun }) {
  const fraction = progress?.fraction ?? null;
  if (!progress) return <Text role="status">Looking at source and destination ...</Text>;
  return (
    <Stack gap={8}>
      <Group gap="sm" align="baseline">
        <Text fz={34} fw={650} lh={1.1}>{fraction === null ? '...' : `${Math.floor(fraction * 100)} %`}</Text>
        <StateBadge state={progress.state} />
        <Text size="sm">{fraction === null ? 'working out how much there is' : progress.leftMs === null ? '' : `about ${formatDuration(progress.leftMs)} left`}</Text>
      </Group>
      <Progress size="lg" value={(fraction ?? 0) * 100} aria-label="Progress of the run" />
      <Text size="sm" c="dimmed">
        {formatBytes(progress.bytesDone)} copied at {formatRate(progress.bytesPerSecond)} · {formatCount(progress.entriesDone)} of {formatCount(progress.entriesKnown)}{progress.planning ? ' or more' : ''} entries at {formatCount(progress.entriesPerSecond)}/s
        {' '}· {formatCount(progress.unitsDone)} of {formatCount(progress.unitsKnown)} units · {progress.lanes.length} of {progress.poolSize} workers busy · {formatDuration(progress.elapsedMs)} so far
      </Text>
    </Stack>
  );
}

function Controls({ run: { key, progress } }: { readonly run: LiveRun }) {
  const calls = useCalls();
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const [isAsking, setIsAsking] = useState(false);
  const isPaused = progress?.state === 'paused';
  const tell = (work: Promise<unknown>): void => { work.catch(tellError); };
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        size="xs" w={104} label="Workers" min={1} max={64} clampBehavior="strict" disabled={isOffline} value={progress?.poolSize ?? ''}
        onChange={(size) => { if (typeof size === 'number' && size !== progress?.poolSize) tell(calls.runs.setPoolSize({ key, size })); }}
      />
      {isPaused
        ? <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={() => tell(calls.runs.resume({ key }))}>Resume</Button>
        : <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconPlayerPause size={14} aria-hidden />} onClick={() => tell(calls.runs.pause({ key }))}>Pause</Button>}
      <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconX size={14} aria-hidden />} onClick={() => setIsAsking(true)}>Cancel</Button>
      <CancelRun isOpen={isAsking} onCancel={() => setIsAsking(false)} onConfirm={() => { setIsAsking(false); tell(calls.runs.cancel({ key })); }} />
    </Group>
  );
}
