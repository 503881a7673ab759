import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Calls } from '../../../../src-shared/contract/contract.ts';
import type { ErrorData } from '../../../../src-shared/errors.ts';
import { useCalls } from '../../../connection/calls.tsx';
import { errorDataOf } from '../../../connection/error-data.ts';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ErrorPanel } from '../../../parts/error-panel.tsx';
import { hrefOf } from '../../../shell/route.ts';
import { useAppStore } from '../../../store/app-store.ts';
import { ratioTitle } from '../compare-words.ts';
import classes from './compare.module.css';
import { DifferenceTable } from './difference-table.tsx';
import { FigureTable } from './figure-table.tsx';

type Comparison = Awaited<ReturnType<Calls['history']['compare']>>;

/** Two runs side by side: what changed, and which of it explains the difference. */
export function CompareView({ runs: [one, other] }: { readonly runs: readonly [number, number] }) {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [found, setFound] = useState<Comparison | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    if (!isOpen || one === other) return undefined;
    let hasLeft = false;
    calls.history.compare({ runs: [one, other] }).then(
      (answer) => { if (!hasLeft) setFound(answer); },
      (thrown: unknown) => { if (!hasLeft) setFailure(errorDataOf(thrown)); },
    );
    return () => { hasLeft = true; };
  }, [calls, one, other, isOpen]);
  if (one === other) {
    return (
      <EmptyState title="This is one and the same run" text="Choose two runs in the history to see what changed between them.">
        <Button component="a" href={hrefOf({ name: 'history' })}>To the history</Button>
      </EmptyState>
    );
  }
  if (failure) return <ErrorPanel error={failure} />;
  if (!found) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={320} /><Skeleton height={80} /><Skeleton height={260} /></Stack>;
  return <Sides {...found} />;
}

function Sides({ earlier, later, comparison: { ratio, explanation, differences, followed } }: Comparison) {
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={1} tabIndex={-1}>{ratioTitle(earlier.id, later.id, ratio)}</Title>
          <Text size="sm" c="dimmed">{earlier.jobName}{later.jobName === earlier.jobName ? '' : ` and ${later.jobName}`} · {later.source} → {later.destination}</Text>
        </div>
        <Anchor href={hrefOf({ name: 'history' })} size="sm" style={{ flexShrink: 0 }}>All runs</Anchor>
      </Group>
      <Paper withBorder p="md" component="section" aria-label="What explains it">
        <Text size="xs" c="dimmed">What explains it</Text>
        <Text>{explanation}</Text>
        {followed && (
          <Group gap={8} mt="sm" wrap="nowrap" align="flex-start">
            <IconBulb size={18} stroke={1.8} className={classes['bulb'] ?? ''} aria-hidden />
            <Text size="sm">The advice of run {earlier.id} was followed: “{followed.advice}”. It promised about {followed.predicted.toFixed(1)}x as fast, and brought <b>{followed.got.toFixed(1)}x</b>.</Text>
          </Group>
        )}
      </Paper>
      <FigureTable earlier={earlier} later={later} />
      <DifferenceTable differences={differences} />
    </Stack>
  );
}
