import { Anchor, Drawer, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { FolderProtection } from '../../../src-shared/protection.ts';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import type { DueRecord } from '../../../src-shared/schedule.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatComing, formatDuration } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { FolderState } from '../../parts/folder-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { folderWords } from './alarm-words.ts';

/** How well each folder of a job is protected, and what became of its last due times. */
export function ProtectionDrawer({ summary, onClose }: { readonly summary: JobSummary | null; readonly onClose: () => void }) {
  return (
    <Drawer opened={summary !== null} onClose={onClose} position="right" size="lg" title={summary ? `Protection of ${summary.job.name}` : ''}>
      {summary && <Body key={summary.job.id} summary={summary} />}
    </Drawer>
  );
}

interface Found {
  readonly folders: readonly FolderProtection[];
  readonly dues: readonly DueRecord[];
}

function Body({ summary: { job, forecast } }: { readonly summary: JobSummary }) {
  const calls = useCalls();
  const version = useAppStore((state) => state.historyVersion);
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    Promise.all([calls.protection.folders({ jobId: job.id }), calls.schedule.dues({ jobId: job.id, limit: 10 })]).then(
      ([folders, dues]) => { if (!leaving.signal.aborted) setFound({ folders, dues }); },
      (thrown: unknown) => { if (!leaving.signal.aborted) setFailure(errorDataOf(thrown)); },
    );
    return () => leaving.abort();
  }, [calls, job.id, version]);
  if (failure) return <ErrorPanel error={failure} />;
  if (!found) return <Skeleton height={280} role="status" aria-label="Loading" />;
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">What changed in a folder after its time is not in the backup yet. The time is the start of the last run that copied the folder without a failure.</Text>
      {found.folders.length === 0 ? <Text size="sm">No run has looked at its folders yet.</Text> : <Folders folders={found.folders} />}
      {forecast && (
        <Text size="sm">
          The next run starts <Moment at={forecast.startsAt} words={formatComing} /> and ends about <Moment at={forecast.endsAt} words={formatComing} />{forecast.windowEndsAt === null ? '' : <>; its window ends <Moment at={forecast.windowEndsAt} words={formatComing} /></>}. {forecast.warning}
        </Text>
      )}
      {found.dues.length > 0 && <Dues dues={found.dues} />}
    </Stack>
  );
}

function Folders({ folders }: { readonly folders: readonly FolderProtection[] }) {
  // Whoever looks wants to know what is worst off.
  const sorted = folders.toSorted((one, other) => (one.protectedUntil ?? 0) - (other.protectedUntil ?? 0));
  return (
    <Table verticalSpacing={6} aria-label="Folders, the oldest first">
      <Table.Thead><Table.Tr><Table.Th>Folder</Table.Th><Table.Th>Protected until</Table.Th><Table.Th>Last run</Table.Th><Table.Th ta="right">Usually takes</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {sorted.map(({ folder, protectedUntil, lastState, lastRun, usualMs }) => (
          <Table.Tr key={folder}>
            <Table.Td>{folderWords(folder)}</Table.Td>
            <Table.Td>{protectedUntil === null ? 'not yet' : <Moment at={protectedUntil} />}</Table.Td>
            <Table.Td><Anchor href={hrefOf({ name: 'past-run', id: lastRun })} underline="never" title={`Run ${lastRun}`}><FolderState state={lastState} /></Anchor></Table.Td>
            <Table.Td ta="right">{formatDuration(usualMs)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const outcomes: Readonly<Record<DueRecord['outcome'], string>> = { waiting: 'waits', ran: 'ran', 'caught-up': 'made up for', skipped: 'skipped' };

function Dues({ dues }: { readonly dues: readonly DueRecord[] }) {
  return (
    <section>
      <Title order={3} mb={4}>The last times it was due</Title>
      <Table verticalSpacing={4} aria-label="The last times it was due">
        <Table.Thead><Table.Tr><Table.Th>Due</Table.Th><Table.Th>What became of it</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {dues.map(({ dueAt, outcome, reason, run }) => (
            <Table.Tr key={dueAt}>
              <Table.Td style={{ whiteSpace: 'nowrap' }}><Moment at={dueAt} /></Table.Td>
              <Table.Td>{run === null ? outcomes[outcome] : <Anchor size="sm" underline="always" href={hrefOf({ name: 'past-run', id: run })}>{outcomes[outcome]}</Anchor>}{reason === null ? '' : `: ${reason}`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
