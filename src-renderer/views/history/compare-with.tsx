import { Button, Group, Select, Text } from '@mantine/core';
import { IconArrowsDiff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { PastRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatDuration, formatWhen } from '../../format.ts';
import { go } from '../../shell/route.ts';
import { comparableRuns } from './compare-words.ts';

/** The way to this run beside another one of its job; the one before it is chosen already. */
export function CompareWith({ run }: { readonly run: PastRun }) {
  const calls = useCalls();
  const [others, setOthers] = useState<readonly PastRun[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    let hasLeft = false;
    calls.history.page({ jobId: run.jobId, offset: 0, limit: 100 }).then(({ runs }) => {
      if (hasLeft) return;
      const found = comparableRuns(run, runs);
      setOthers(found);
      setChosen(String((found.find(({ id }) => id < run.id) ?? found[0])?.id ?? ''));
    }, () => undefined);
    return () => { hasLeft = true; };
  }, [calls, run]);
  if (others.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" aria-hidden>Compare with</Text>
      <Select
        size="xs" w={260} aria-label="Compare with" allowDeselect={false} value={chosen} onChange={setChosen} comboboxProps={{ withinPortal: false }}
        data={others.map(({ id, startedAt, endedAt }) => ({ value: String(id), label: `Run ${id}, ${formatWhen(startedAt)}, ${formatDuration((endedAt ?? startedAt) - startedAt)}` }))}
      />
      <Button size="xs" variant="default" leftSection={<IconArrowsDiff size={14} aria-hidden />} disabled={chosen === null} onClick={() => go({ name: 'compare', runs: [run.id, Number(chosen)] })}>Compare</Button>
    </Group>
  );
}
