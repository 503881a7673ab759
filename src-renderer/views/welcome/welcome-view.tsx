import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useCalls } from '../../connection/calls.tsx';
import { DoctorList } from '../../parts/doctor-list.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go, hrefOf } from '../../shell/route.ts';

/** The first hour: is all there that is needed, and what to do first. */
export function WelcomeView() {
  const calls = useCalls();
  const [isMaking, setIsMaking] = useState(false);
  const trySample = async (): Promise<void> => {
    setIsMaking(true);
    try {
      const job = await calls.jobs.createSample();
      const { key } = await calls.runs.start({ jobId: job.id });
      go({ name: 'run', key });
    } catch (thrown) {
      tellError(thrown);
    } finally {
      setIsMaking(false);
    }
  };
  return (
    <Stack maw={720} gap="lg">
      <div>
        <Title order={1} tabIndex={-1}>Backups that finish before morning</Title>
        <Text c="dimmed" mt={6}>Daybreak splits a large folder into parts, copies them with several rsync processes at once, and shows what limits the speed.</Text>
      </div>
      <Group>
        <Button component="a" href={hrefOf({ name: 'new-job' })}>Set up the first job</Button>
        <Button variant="default" component="a" href={hrefOf({ name: 'new-job', paste: true })}>Paste an rsync command or script</Button>
        <Button variant="default" loading={isMaking} onClick={() => void trySample()}>Try it with sample data</Button>
      </Group>
      <Text size="sm" c="dimmed">The sample is a small production tree of seven projects, made in Daybreak's own data folder. It touches nothing of yours.</Text>
      <Paper withBorder p="md">
        <Title order={2} mb="xs">This machine</Title>
        <DoctorList />
      </Paper>
    </Stack>
  );
}
