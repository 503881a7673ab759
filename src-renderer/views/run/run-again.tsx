import { Button, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { RunState } from '../../../src-shared/run.ts';
import { useCalls } from '../../connection/calls.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';

interface RunAgainProps {
  readonly jobId: string;
  readonly state: RunState;
}

const unfinished: readonly RunState[] = ['warned', 'stopped', 'failed', 'cancelled', 'skipped', 'interrupted', 'unproven'];

/** Beside what a run could not copy: one click tries it again. */
export function RunAgain({ jobId, state }: RunAgainProps) {
  const calls = useCalls();
  const isKnown = useAppStore((app) => app.jobs.some(({ job }) => job.id === jobId));
  const isBusy = useAppStore((app) => app.connection !== 'open' || app.live.some((run) => run.jobId === jobId && run.outcome === null));
  if (!isKnown || !unfinished.includes(state)) return null;
  const start = (): void => {
    calls.runs.start({ jobId }).then(({ key }) => go({ name: 'run', key }), tellError);
  };
  return (
    <Group gap="sm">
      <Button size="xs" variant="default" disabled={isBusy} leftSection={<IconRefresh size={14} aria-hidden />} onClick={start}>{state === 'skipped' ? 'Run it now' : 'Try again'}</Button>
      <Text size="sm" c="dimmed">{state === 'stopped' ? 'Goes on now with what its window had no time for.' : 'Copies what is missing or differs; the rest is not copied again.'}</Text>
    </Group>
  );
}
