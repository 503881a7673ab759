import { Anchor, Checkbox, Group, Skeleton, Table, Text } from '@mantine/core';
import { IconFile, IconFolder } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { TrashItem } from '../../../src-shared/protection.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatBytes, formatNumberOf } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { isChosen } from './selection.ts';
import classes from './trash.module.css';

interface TrashTableProps {
  readonly jobId: string;
  readonly run: number;
  readonly folder: string;
  /** Paths in the trash of the run. */
  readonly chosen: readonly string[];
  readonly onFolder: (folder: string) => void;
  readonly onChoose: (names: readonly string[], isOn: boolean) => void;
}

interface Found {
  readonly folder: string;
  readonly items: readonly TrashItem[];
  readonly isAll: boolean;
}

/** The names in one folder of the trash. Those before stay until the next ones are here. */
export function TrashTable({ jobId, run, folder, chosen, onFolder, onChoose }: TrashTableProps) {
  const calls = useCalls();
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    calls.trash.browse({ jobId, run, folder }, { signal: leaving.signal }).then(
      (answer) => { if (!leaving.signal.aborted) { setFound({ folder, ...answer }); setFailure(null); } },
      (thrown: unknown) => { if (!leaving.signal.aborted) setFailure(errorDataOf(thrown)); },
    );
    return () => leaving.abort();
  }, [calls, jobId, run, folder, round]);
  if (failure) return <ErrorPanel error={failure} onRetry={() => setRound(round + 1)} />;
  if (!found) return <Skeleton height={260} role="status" aria-label="Loading" />;
  if (found.items.length === 0) return <Text size="sm" c="dimmed" py="md">Nothing is in here{folder === '' ? ' any more' : ''}.</Text>;
  const pathOf = (name: string): string => (found.folder === '' ? name : `${found.folder}/${name}`);
  const paths = found.items.map(({ name }) => pathOf(name));
  const chosenHere = paths.filter((path) => isChosen(chosen, path)).length;
  const isBelowChosen = found.folder !== '' && isChosen(chosen, found.folder);
  return (
    <>
      <Table verticalSpacing={5} highlightOnHover className={classes.table} aria-busy={found.folder !== folder}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th><Checkbox aria-label="Choose all of this folder" disabled={isBelowChosen} checked={chosenHere === paths.length} indeterminate={chosenHere > 0 && chosenHere < paths.length} onChange={(event) => onChoose(paths, event.currentTarget.checked)} /></Table.Th>
            <Table.Th>Name</Table.Th><Table.Th ta="right">Size</Table.Th><Table.Th>Last changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.items.map(({ name, kind, bytes, modifiedAt }) => (
            <Table.Tr key={name}>
              <Table.Td><Checkbox aria-label={`Choose ${name}`} disabled={isBelowChosen} checked={isChosen(chosen, pathOf(name))} onChange={(event) => onChoose([pathOf(name)], event.currentTarget.checked)} /></Table.Td>
              <Table.Td>
                <Group gap={8} wrap="nowrap">
                  {kind === 'folder' ? <IconFolder size={17} stroke={1.6} aria-hidden className={classes.icon} /> : <IconFile size={17} stroke={1.6} aria-hidden className={classes.icon} />}
                  {kind === 'folder'
                    ? <Anchor component="button" type="button" size="sm" ta="left" className={classes.name} onClick={() => onFolder(pathOf(name))}>{name}</Anchor>
                    : <Text size="sm" className={classes.name}>{name}</Text>}
                </Group>
              </Table.Td>
              <Table.Td ta="right">{kind === 'file' ? formatBytes(bytes) : ''}</Table.Td>
              <Table.Td><Moment at={modifiedAt} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {isBelowChosen && <Text size="sm" c="dimmed">The folder itself is chosen: all of it comes back.</Text>}
      {!found.isAll && <Text size="sm" c="dimmed">These are the first {formatNumberOf(found.items.length, 'name')}. To bring back all of them, choose the folder itself, one level up.</Text>}
    </>
  );
}
