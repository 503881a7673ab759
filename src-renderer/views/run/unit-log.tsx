import { Code, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { UnitLog, UnitView } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatCount, formatDuration } from '../../format.ts';
import { CopyLine } from '../../parts/copy-line.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

/** The rsync line of a unit, and what it said. */
export function UnitLogDrawer({ run, unit, onClose }: { readonly run: number; readonly unit: UnitView | null; readonly onClose: () => void }) {
  return (
    <Drawer opened={unit !== null} onClose={onClose} position="right" size="lg" title={unit?.name ?? ''}>
      {unit && <UnitLogBody key={`${unit.unit}/${unit.attempt}/${unit.state}`} run={run} unit={unit} />}
    </Drawer>
  );
}

function UnitLogBody({ run, unit }: { readonly run: number; readonly unit: UnitView }) {
  const calls = useCalls();
  const [log, setLog] = useState<UnitLog | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    calls.history.unitLog({ run, unit: unit.unit, attempt: unit.attempt }).then(setLog, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls, run, unit]);
  if (failure) return <ErrorPanel error={failure} />;
  if (!log) return <Skeleton height={160} role="status" aria-label="Loading" />;
  return (
    <Stack>
      <Group gap="xs"><StateBadge state={log.unit.state} /><Text size="sm">{log.unit.code === null ? '' : `rsync ended with ${log.unit.code}, `}{formatDuration(log.unit.durationMs)}, {formatCount(log.unit.entries)} entries, {formatCount(log.unit.filesTransferred)} files copied</Text></Group>
      {log.command !== '' && <CopyLine text={log.command} label="What ran" />}
      <div>
        <Text size="sm" c="dimmed">{log.command === '' ? 'What was done' : 'What rsync said last'}</Text>
        {log.lastLines.length === 0 ? <Text size="sm">Nothing: it had no complaint.</Text> : <Code block tabIndex={0}>{log.lastLines.join('\n')}</Code>}
      </div>
    </Stack>
  );
}
