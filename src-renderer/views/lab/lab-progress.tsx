import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { LabState } from '../../../src-shared/lab.ts';
import { useAppStore } from '../../store/app-store.ts';
import { LabFigures } from './lab-figures.tsx';

/** A Lab that runs: what it does, and the figures there are so far. */
export function LabProgress({ state: { request, phase, doing, done, total, figures }, onCancel }: { readonly state: LabState; readonly onCancel: () => void }) {
  const isOffline = useAppStore((app) => app.connection !== 'open');
  const jobName = useAppStore((app) => app.jobs.find(({ job }) => job.id === request.jobId)?.job.name ?? null);
  return (
    <Stack gap="lg">
      <Paper withBorder p="md" component="section" aria-label="Measuring">
        <Group justify="space-between" wrap="nowrap" mb="xs">
          <div>
            <Text fw={600}>Measuring{jobName === null ? '' : ` “${jobName}”`}</Text>
            <Text size="sm" c="dimmed" role="status">{doing}</Text>
          </div>
          <Button size="xs" variant="default" disabled={isOffline || phase === 'clearing'} leftSection={<IconX size={14} aria-hidden />} onClick={onCancel}>Cancel</Button>
        </Group>
        <Progress value={total === 0 ? 0 : (done / total) * 100} animated={phase !== 'measuring'} aria-label="Progress of the Lab" />
        <Text size="xs" c="dimmed" mt={6}>{request.source} → {request.destination} · {done} of {total} measurements</Text>
      </Paper>
      {figures.length > 0 && <LabFigures figures={figures} winner={null} />}
    </Stack>
  );
}
