import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { MeterSample } from '../../../src-shared/meter-sample.ts';
import { formatBytes, formatPercent, formatRate } from '../../format.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { useMeters } from './use-meters.ts';

interface Meter {
  readonly label: string;
  readonly text: (sample: MeterSample) => string;
  /** What is drawn; null where the system does not tell. */
  readonly value: (sample: MeterSample) => number | null;
  readonly top: number | null;
}

const sum = (one: number | null, other: number | null): number | null => (one === null || other === null ? null : one + other);
const rateText = (one: number | null, oneWord: string, other: number | null, otherWord: string): string =>
  one === null || other === null ? 'not told by this system' : `${formatRate(one)} ${oneWord}, ${formatRate(other)} ${otherWord}`;

const meters: readonly Meter[] = [
  { label: 'CPU', text: ({ cpu }) => formatPercent(cpu), value: ({ cpu }) => cpu, top: 1 },
  {
    label: 'Memory', text: (sample) => `${formatBytes(sample.memoryUsedBytes)} of ${formatBytes(sample.memoryTotalBytes)}`,
    value: (sample) => sample.memoryUsedBytes / sample.memoryTotalBytes, top: 1,
  },
  {
    label: 'Disk', text: (sample) => rateText(sample.diskReadPerSecond, 'read', sample.diskWritePerSecond, 'written'),
    value: (sample) => sum(sample.diskReadPerSecond, sample.diskWritePerSecond), top: null,
  },
  {
    label: 'Network', text: (sample) => rateText(sample.networkInPerSecond, 'in', sample.networkOutPerSecond, 'out'),
    value: (sample) => sum(sample.networkInPerSecond, sample.networkOutPerSecond), top: null,
  },
];

/** What the machine does now, and did in the last two minutes. */
export function MeterStrip() {
  const samples = useMeters();
  const last = samples.at(-1);
  return (
    <SimpleGrid component="section" aria-label="This machine" cols={{ base: 2, lg: 4 }} spacing="sm">
      {meters.map(({ label, text, value, top }) => (
        <Paper key={label} withBorder p="sm">
          <Text size="xs" c="dimmed">{label}</Text>
          <Text size="sm" fw={600} truncate>{last ? text(last) : 'measuring ...'}</Text>
          <Sparkline values={samples.map((sample) => value(sample) ?? 0)} top={top} slots={120} height={34} />
        </Paper>
      ))}
    </SimpleGrid>
  );
}
