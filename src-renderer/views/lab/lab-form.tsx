import { Button, Collapse, Group, NumberInput, Paper, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { IconAdjustments, IconFlask } from '@tabler/icons-react';
import { useState } from 'react';
import { formatBytes, formatCount, formatNumberOf } from '../../format.ts';
import { useAppStore } from '../../store/app-store.ts';
import { FolderField } from './folder-field.tsx';
import type { LabDraft, LabSize } from './lab-words.ts';

interface LabFormProps {
  /** The chosen job; null: two folders. */
  readonly jobId: string | null;
  readonly draft: LabDraft;
  readonly isStarting: boolean;
  readonly onJob: (jobId: string | null) => void;
  readonly onDraft: (draft: LabDraft) => void;
  readonly onStart: () => void;
}

/** What is measured, how much of it, and what that will do. */
export function LabForm({ jobId, draft, isStarting, onJob, onDraft, onStart }: LabFormProps) {
  const jobs = useAppStore((app) => app.jobs);
  const isOffline = useAppStore((app) => app.connection !== 'open');
  const [isOpen, setIsOpen] = useState(false);
  const saved = jobs.flatMap(({ job }) => (job.kind === 'saved' ? [job] : []));
  const job = saved.find(({ id }) => id === jobId) ?? null;
  const { source, destination, size } = draft;
  const isFilled = job !== null || (source !== '' && destination !== '');
  return (
    <Paper withBorder p="md" component="section" aria-label="Measure">
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          {saved.length > 0 && <SegmentedControl size="xs" aria-label="What is measured" value={jobId === null ? 'folders' : 'job'} data={[{ value: 'job', label: 'A job' }, { value: 'folders', label: 'Two folders' }]} onChange={(value) => onJob(value === 'folders' ? null : saved[0]?.id ?? null)} />}
          {jobId !== null && <Select size="xs" w={240} aria-label="Job" searchable allowDeselect={false} value={job?.id ?? null} onChange={(value) => { if (value !== null) onJob(value); }} data={saved.map(({ id, name }) => ({ value: id, label: name }))} />}
          <Button size="xs" variant="subtle" color="gray" leftSection={<IconAdjustments size={14} aria-hidden />} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>Sample and time</Button>
          <Button size="xs" ml="auto" leftSection={<IconFlask size={14} aria-hidden />} loading={isStarting} disabled={!isFilled || isOffline} onClick={onStart}>Measure</Button>
        </Group>
        {jobId === null && (
          <>
            <FolderField what="Source" description="A sample of it is read; nothing is ever written into it." path={source} onPath={(next) => onDraft({ ...draft, source: next })} />
            <FolderField what="Destination" description="The sample is copied into a scratch folder in it." path={destination} onPath={(next) => onDraft({ ...draft, destination: next })} />
          </>
        )}
        {job && <Text size="sm" c="dimmed">{job.source} → {job.destination}</Text>}
        <Collapse expanded={isOpen}><SizeFields size={size} onSize={(next) => onDraft({ ...draft, size: next })} /></Collapse>
        <Text size="sm">
          Copies a sample of up to {formatBytes(size.megabytes * 1e6)} and {formatCount(size.entries)} entries of the source into a scratch folder at the destination, {formatNumberOf(size.rounds, 'time')} in each way, for {formatNumberOf(size.minutes, 'minute')} at most.
          {' '}The scratch folder is removed afterwards; the backup there is not touched. It does not start while a backup runs.
        </Text>
      </Stack>
    </Paper>
  );
}

function SizeFields({ size, onSize }: { readonly size: LabSize; readonly onSize: (size: LabSize) => void }) {
  const field = (name: keyof LabSize, label: string, most: number): React.ReactNode => (
    <NumberInput
      size="xs" w={130} label={label} min={1} max={most} allowDecimal={false} clampBehavior="strict" thousandSeparator="," value={size[name]}
      onChange={(value) => { if (typeof value === 'number' && value >= 1) onSize({ ...size, [name]: value }); }}
    />
  );
  return <Group gap="sm">{field('megabytes', 'Sample, MB', 1_000_000)}{field('entries', 'Sample, entries', 1_000_000)}{field('rounds', 'Rounds', 9)}{field('minutes', 'Minutes at most', 600)}</Group>;
}
