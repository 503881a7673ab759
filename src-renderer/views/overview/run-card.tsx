import { Group, Paper, Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { formatBytes, formatDuration, formatNumberOf, formatRate } from '../../format.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

interface RunCardProps {
  readonly run: LiveRun;
  /** The name of its job, with what belongs to it. */
  readonly name: ReactNode;
  /** What can be done with it. */
  readonly children: ReactNode;
}

/** How far a live run is. */
export function RunCard({ run, name, children }: RunCardProps) {
  const { progress, jobName, dryRun } = run;
  const fraction = progress?.fraction ?? null;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" mb={6}>
        <Group gap="xs">
          {name}
          {progress && <StateBadge state={progress.state} />}
          {dryRun && <Text size="sm" c="dimmed">dry run: nothing is changed</Text>}
        </Group>
        {children}
      </Group>
      <Progress value={(fraction ?? 0) * 100} aria-label={`Progress of ${jobName}`} animated={fraction === null} />
      <Text size="sm" c="dimmed" mt={6}>{wordsOf(run)}</Text>
    </Paper>
  );
}

function wordsOf({ progress }: LiveRun): string {
  if (!progress) return 'Looking at source and destination ...';
  const { fraction, leftMs, bytesDone, bytesPerSecond, lanes } = progress;
  const done = fraction === null ? 'Working out how much there is' : `${Math.floor(fraction * 100)} %`;
  const left = leftMs === null ? '' : `, about ${formatDuration(leftMs)} left`;
  return `${done}${left} · ${formatBytes(bytesDone)} copied · ${formatRate(bytesPerSecond)} · ${formatNumberOf(lanes.length, 'worker')} busy`;
}
