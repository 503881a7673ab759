import { Anchor, Button, Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Job } from '../../../src-shared/job.ts';
import type { TrashEntry } from '../../../src-shared/protection.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatNumberOf, formatWhen } from '../../format.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { TrashOfRun } from './trash-of-run.tsx';

interface TrashViewProps {
  readonly jobId: string;
  /** Shown first; null: the newest. */
  readonly run: number | null;
  /** Opened first, in that run. */
  readonly folder: string;
}

/** What the runs of a job moved away, and the way back for it. */
export function TrashView({ jobId, run, folder }: TrashViewProps) {
  const isLoaded = useAppStore((state) => state.face !== null);
  const job = useAppStore((state) => state.jobs.find((summary) => summary.job.id === jobId)?.job ?? null);
  if (!isLoaded) return <Loading />;
  if (!job) {
    return (
      <EmptyState title="This job is not there any more" text="It was removed meanwhile. Its trash is still at the destination, in .daybreak/trash.">
        <Button component="a" href={hrefOf({ name: 'overview' })}>To the overview</Button>
      </EmptyState>
    );
  }
  return (
    <Stack gap="md">
      <div>
        <Title order={1} tabIndex={-1}>Trash of {job.name}</Title>
        <Text size="sm" c="dimmed">{job.options.trashDays === null ? 'This job keeps no trash now.' : `Kept for ${formatNumberOf(job.options.trashDays, 'day')}, in ${job.destination}/.daybreak/trash.`} <Anchor size="sm" underline="always" href={hrefOf({ name: 'edit-job', id: job.id })}>Edit the job</Anchor></Text>
      </div>
      <Entries job={job} first={run} folder={folder} />
    </Stack>
  );
}

function Entries({ job, first, folder }: { readonly job: Job; readonly first: number | null; readonly folder: string }) {
  const calls = useCalls();
  const version = useAppStore((state) => state.historyVersion);
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [entries, setEntries] = useState<readonly TrashEntry[] | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [chosen, setChosen] = useState(first);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!isOpen) return;
    calls.trash.list({ jobId: job.id }).then((found) => { setEntries(found); setFailure(null); }, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls, job.id, version, isOpen, round]);
  if (failure) return <ErrorPanel error={failure} onRetry={() => setRound(round + 1)} />;
  if (!entries) return <Loading />;
  const entry = entries.find((each) => each.run === chosen) ?? entries[0];
  if (!entry) {
    return job.options.trashDays === null
      ? <EmptyState title="No trash is kept" text="What a run deletes or overwrites at the destination is gone. Turn the trash on in the job’s step How, and each run keeps what it moves away." />
      : <EmptyState title="The trash is empty" text="Nothing was deleted or overwritten at the destination so far, or its days are over." />;
  }
  return (
    <>
      <Group align="flex-end" gap="sm">
        <Select
          w={320} label="Moved away by" allowDeselect={false} value={String(entry.run)} onChange={(value) => setChosen(value === null ? null : Number(value))}
          data={entries.map(({ run, at }) => ({ value: String(run), label: `Run ${run}, ${formatWhen(at)}` }))}
        />
        <Text size="sm" c="dimmed" pb={8}>kept until <Moment at={entry.keptUntil} /></Text>
        {first !== null && !entries.some((each) => each.run === first) && <Text size="sm" pb={8} role="status">Run {first} has nothing in the trash.</Text>}
      </Group>
      <TrashOfRun key={entry.run} job={job} run={entry.run} startFolder={entry.run === first ? folder : ''} />
    </>
  );
}

function Loading() {
  return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={260} /><Skeleton height={260} /></Stack>;
}
