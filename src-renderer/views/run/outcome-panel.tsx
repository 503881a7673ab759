import { Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Verdict } from '../../../src-shared/diagnosis.ts';
import type { Outcome } from '../../../src-shared/run-view.ts';
import { formatBytes, formatCount, formatDuration } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

interface OutcomePanelProps {
  readonly outcome: Outcome;
  /** Shown with all it says elsewhere; null: what is known of the limit is one sentence. */
  readonly verdict: Verdict | null;
}

/** How a run ended, in numbers and in a sentence. */
export function OutcomePanel({ outcome: { state, totals, durationMs, limitedBy, error }, verdict }: OutcomePanelProps) {
  const figures: readonly (readonly [string, string])[] = [
    ['Duration', formatDuration(durationMs)], ['Files copied', formatCount(totals.filesTransferred)], ['Copied', formatBytes(totals.bytesTransferred)],
    ['Looked at', `${formatCount(totals.entries)} entries`], ['Size', formatBytes(totals.bytes)], ['Deleted', formatCount(totals.deleted)],
  ];
  return (
    <Stack gap="sm">
      <Group gap="sm" role="status"><StateBadge state={state} />{limitedBy !== null && !verdict && <Text size="sm">What limited it: {limitedBy}</Text>}</Group>
      <SimpleGrid cols={{ base: 3, lg: 6 }} spacing="sm">
        {figures.map(([label, value]) => <Paper key={label} withBorder p="xs"><Text size="xs" c="dimmed">{label}</Text><Text fw={600}>{value}</Text></Paper>)}
      </SimpleGrid>
      {error && <ErrorPanel error={error} />}
    </Stack>
  );
}
