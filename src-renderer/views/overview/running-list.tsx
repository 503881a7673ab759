import { Anchor, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { formatBytes, formatDuration, formatNumberOf, formatRate } from '../../format.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';

/** What runs now. */
export function RunningList() {
  const keys = useAppStore((state) => state.live.filter((run) => run.outcome === null).map((run) => run.key).join(' '));
  if (keys === '') return null;
  return (
    <Stack component="section" gap="xs" aria-label="Running now">
      <Title order={2}>Running now</Title>
      {keys.split(' ').map((key) => <RunningCard key={key} runKey={key} />)}
    </Stack>
  );
}

function RunningCard({ runKey }: { readonly runKey: string }) {
  const run = useAppStore((state) => state.live.find(({ key }) => key === runKey));
  if (!run) return null;
  const { progress, jobName, question } = run;
  const fraction = progress?.fraction ?? null;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" mb={6}>
        <Group gap="xs">
          <Anchor fw={600} href={hrefOf({ name: 'run', key: runKey })}>{jobName}</Anchor>
          {progress && <StateBadge state={progress.state} />}
          {run.dryRun && <Text size="sm" c="dimmed">dry run: nothing is changed</Text>}
        </Group>
        {question && <Button component="a" size="xs" href={hrefOf({ name: 'run', key: runKey })}>Answer its question</Button>}
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
