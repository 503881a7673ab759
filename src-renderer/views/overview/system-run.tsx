import { Button, Group, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { CancelRun } from '../../parts/cancel-run.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { OwnerLabel } from './owner-label.tsx';
import { RunCard } from './run-card.tsx';

/** A live run of the system service: steered here, for it has no page on this host. Its questions are answered in the service's own. */
export function SystemRun({ runKey }: { readonly runKey: string }) {
  const run = useAppStore((state) => state.service.live.find(({ key }) => key === runKey));
  if (!run) return null;
  return (
    <RunCard run={run} name={<><Text fw={600}>{run.jobName}</Text><OwnerLabel owner="system" /></>}>
      <Group gap="xs">
        {run.question && <Text size="sm">It asks before it deletes: answer in the service's page, <code>sudo daybreak status --link</code></Text>}
        <Controls run={run} />
      </Group>
    </RunCard>
  );
}

function Controls({ run: { key, jobName, progress } }: { readonly run: LiveRun }) {
  const calls = useCalls();
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const [isAsking, setIsAsking] = useState(false);
  const tell = (work: Promise<unknown>): void => { work.catch(tellError); };
  return (
    <>
      {progress?.state === 'paused'
        ? <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconPlayerPlay size={14} aria-hidden />} aria-label={`Resume: ${jobName}`} onClick={() => tell(calls.service.resume({ key }))}>Resume</Button>
        : <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconPlayerPause size={14} aria-hidden />} aria-label={`Pause: ${jobName}`} onClick={() => tell(calls.service.pause({ key }))}>Pause</Button>}
      <Button size="xs" variant="default" disabled={isOffline} leftSection={<IconX size={14} aria-hidden />} aria-label={`Cancel: ${jobName}`} onClick={() => setIsAsking(true)}>Cancel</Button>
      <CancelRun isOpen={isAsking} onCancel={() => setIsAsking(false)} onConfirm={() => { setIsAsking(false); tell(calls.service.cancel({ key })); }} />
    </>
  );
}
