import { Anchor, Button, Group, Pagination, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { UnitView } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatBytes, formatCount, formatDuration } from '../../format.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { UnitLogDrawer } from './unit-log.tsx';

const pageSize = 50;
const againAfterMs = 2000;
const filters: Readonly<Record<string, UnitView['state'][]>> = { running: ['running'], failed: ['failed'], warned: ['warned', 'held'] };

interface UnitsTableProps {
  readonly run: number;
  /** The key of the live run, whose failed units can be tried again; null for one that has ended. */
  readonly liveKey: string | null;
}

/** All units of a run, with the log of each. */
export function UnitsTable({ run, liveKey }: UnitsTableProps) {
  const calls = useCalls();
  const [page, setPage] = useState(1);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const [filter, setFilter] = useState('all');
  const [found, setFound] = useState<{ total: number; units: readonly UnitView[] }>({ total: 0, units: [] });
  const [shown, setShown] = useState<UnitView | null>(null);
  const isLive = liveKey !== null;
  useEffect(() => {
    let hasLeft = false;
    const load = (): void => {
      const states = filters[filter];
      calls.history.units({ run, offset: (page - 1) * pageSize, limit: pageSize, search, order: isLive ? 'started' : 'slowest', ...(states ? { states } : {}) })
        .then((answer) => { if (!hasLeft) setFound(answer); }, () => undefined);
    };
    load();
    const timer = isLive ? window.setInterval(load, againAfterMs) : 0;
    return () => {
      hasLeft = true;
      window.clearInterval(timer);
    };
  }, [calls, run, page, search, filter, isLive]);
  return (
    <Stack component="section" gap="xs" aria-label="Units">
      <Group justify="space-between">
        <Title order={2}>Units <Text span size="sm" c="dimmed">{formatCount(found.total)}, {isLive ? 'in the order they started' : 'slowest first'}</Text></Title>
        <Group gap="xs">
          <TextInput size="xs" placeholder="Search a folder" aria-label="Search a folder" value={typed} onChange={(event) => { setTyped(event.currentTarget.value); setPage(1); }} />
          <Select
            size="xs" w={130} aria-label="State" allowDeselect={false} value={filter} onChange={(value) => { setFilter(value ?? 'all'); setPage(1); }}
            data={[{ value: 'all', label: 'All states' }, { value: 'running', label: 'Running' }, { value: 'failed', label: 'Failed' }, { value: 'warned', label: 'Warnings' }]}
          />
        </Group>
      </Group>
      <Table verticalSpacing={6} highlightOnHover>
        <Table.Thead><Table.Tr><Table.Th>Folder</Table.Th><Table.Th>State</Table.Th><Table.Th ta="right">Duration</Table.Th><Table.Th ta="right">Entries</Table.Th><Table.Th ta="right">Copied</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {found.units.map((unit) => (
            <Table.Tr key={`${unit.unit}/${unit.attempt}`}>
              <Table.Td><Anchor component="button" type="button" size="sm" ta="left" onClick={() => setShown(unit)}>{unit.name}</Anchor>{unit.attempt > 1 && <Text span size="xs" c="dimmed"> try {unit.attempt}</Text>}</Table.Td>
              <Table.Td>
                <Group gap={6}>
                  <StateBadge state={unit.state} />
                  {isLive && unit.state === 'failed' && <Button size="compact-xs" variant="default" onClick={() => { calls.runs.retryUnit({ key: liveKey, unit: unit.unit }).catch(tellError); }}>Retry</Button>}
                </Group>
              </Table.Td>
              <Table.Td ta="right">{unit.state === 'running' ? '' : formatDuration(unit.durationMs)}</Table.Td>
              <Table.Td ta="right">{formatCount(unit.entries)}</Table.Td>
              <Table.Td ta="right">{unit.state === 'running' ? '' : formatBytes(unit.bytesTransferred)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {found.units.length === 0 && <Text size="sm" c="dimmed">{typed !== '' || filter !== 'all' ? 'No unit is like that.' : 'No unit is kept of this run.'}</Text>}
      {found.total > pageSize && <Pagination size="sm" total={Math.ceil(found.total / pageSize)} value={page} onChange={setPage} getControlProps={(control) => ({ 'aria-label': `${control} page` })} />}
      <UnitLogDrawer run={run} unit={shown} onClose={() => setShown(null)} />
    </Stack>
  );
}
