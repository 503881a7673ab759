import { Anchor, Button, Stack, Title } from '@mantine/core';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { OwnerLabel } from './owner-label.tsx';
import { RunCard } from './run-card.tsx';
import { SystemRun } from './system-run.tsx';

/** What runs now: of this host, then of the system service. */
export function RunningList() {
  const keys = useAppStore((state) => keysOf(state.live));
  const systemKeys = useAppStore((state) => keysOf(state.service.live));
  if (keys === '' && systemKeys === '') return null;
  return (
    <Stack component="section" gap="xs" aria-label="Running now">
      <Title order={2}>Running now</Title>
      {keys !== '' && keys.split(' ').map((key) => <OwnRun key={key} runKey={key} />)}
      {systemKeys !== '' && systemKeys.split(' ').map((key) => <SystemRun key={`system ${key}`} runKey={key} />)}
    </Stack>
  );
}

/** Of the runs that are live, as one text: it changes only when a run begins or ends. */
function keysOf(live: readonly LiveRun[]): string {
  return live.filter((run) => run.outcome === null).map((run) => run.key).join(' ');
}

function OwnRun({ runKey }: { readonly runKey: string }) {
  const run = useAppStore((state) => state.live.find(({ key }) => key === runKey));
  if (!run) return null;
  return (
    <RunCard run={run} name={<><Anchor fw={600} href={hrefOf({ name: 'run', key: runKey })}>{run.jobName}</Anchor><OwnerLabel owner="user" /></>}>
      {run.question && <Button component="a" size="xs" href={hrefOf({ name: 'run', key: runKey })}>Answer its question</Button>}
    </RunCard>
  );
}
