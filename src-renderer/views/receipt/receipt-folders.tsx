import { Table, Text, Title } from '@mantine/core';
import type { FolderRun } from '../../../src-shared/protection.ts';
import { formatBytes, formatCount, formatDuration, formatNumberOf } from '../../format.ts';
import { FolderState } from '../../parts/folder-state.tsx';
import classes from './receipt.module.css';

/** What the run did in each top folder, the troubled ones first. */
export function ReceiptFolders({ folders }: { readonly folders: readonly FolderRun[] }) {
  const sorted = folders.toSorted((one, other) => Number(one.state === 'done') - Number(other.state === 'done'));
  return (
    <section aria-label="Folders">
      <Title order={2} mb={4}>Folders <Text span size="sm" c="dimmed">{formatNumberOf(folders.length, 'folder')}</Text></Title>
      {folders.length === 0 ? <Text size="sm" c="dimmed">No folder was looked at.</Text> : (
        <Table verticalSpacing={5} className={classes.folders}>
          <Table.Thead>
            <Table.Tr><Table.Th>Folder</Table.Th><Table.Th>State</Table.Th><Table.Th>Entries</Table.Th><Table.Th>Size</Table.Th><Table.Th>New</Table.Th><Table.Th>Rewritten</Table.Th><Table.Th>Deleted</Table.Th><Table.Th>Failed</Table.Th><Table.Th>Time</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.map(({ folder, state, entries, bytes, created, rewritten, deleted, failed, durationMs }) => (
              <Table.Tr key={folder}>
                <Table.Td className={classes.name}>{folder === '' ? 'files in the folder itself' : folder}</Table.Td>
                <Table.Td><FolderState state={state} /></Table.Td>
                <Table.Td>{formatCount(entries)}</Table.Td>
                <Table.Td>{formatBytes(bytes)}</Table.Td>
                <Table.Td>{formatCount(created)}</Table.Td>
                <Table.Td>{rewritten === null ? <span title="It was not counted">-</span> : formatCount(rewritten)}</Table.Td>
                <Table.Td>{formatCount(deleted)}</Table.Td>
                <Table.Td>{formatCount(failed)}</Table.Td>
                <Table.Td>{formatDuration(durationMs)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
