import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { WelcomeView } from '../welcome/welcome-view.tsx';
import { AttentionList } from './attention-list.tsx';
import { JobList } from './job-list.tsx';
import { MeterStrip } from './meter-strip.tsx';
import { NoAccessLine } from './no-access-line.tsx';
import { PauseLine, PauseMenu } from './pause-menu.tsx';
import { RunningList } from './running-list.tsx';
import { statusOf } from './status.ts';

/** Are my backups good? */
export function OverviewView() {
  const isLoaded = useAppStore((state) => state.face !== null);
  const hasJobs = useAppStore((state) => state.jobs.length + state.service.jobs.length > 0);
  if (!isLoaded) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={30} width={380} /><Skeleton height={90} /><Skeleton height={220} /></Stack>;
  if (!hasJobs) return <Stack gap="lg"><WelcomeView /><NoAccessLine /></Stack>;
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Status />
        <Group gap="xs" wrap="nowrap">
          <PauseMenu />
          <Button component="a" href={hrefOf({ name: 'new-job' })} leftSection={<IconPlus size={16} aria-hidden />}>New job</Button>
        </Group>
      </Group>
      <PauseLine />
      <AttentionList />
      <MeterStrip />
      <RunningList />
      <JobList />
      <NoAccessLine />
    </Stack>
  );
}

function Status() {
  const headline = useAppStore((state) => statusOf(state.jobs, state.live, state.scheduler, state.service).headline);
  const detail = useAppStore((state) => statusOf(state.jobs, state.live, state.scheduler, state.service).detail);
  const heldRun = useAppStore((state) => state.jobs.find(({ lastRun }) => lastRun?.state === 'held')?.lastRun?.id ?? null);
  return (
    <div>
      <Title order={1} tabIndex={-1}>{headline}</Title>
      <Text c="dimmed" size="sm">{detail}{heldRun !== null && <> <Anchor size="sm" underline="always" href={hrefOf({ name: 'past-run', id: heldRun })}>Look at what is held</Anchor></>}</Text>
    </div>
  );
}
