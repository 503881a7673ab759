import type { PlaceFacts, PlaceSample, RunMeters, RunSample } from '../../../../src-shared/run-meters.ts';
import { formatBytes, formatCount, formatPercent, formatRate } from '../../../format.ts';
import { palette, type Plot, type Series } from './plot.ts';

type Values = readonly (number | null)[];
type Draft = Omit<Series, 'values'> & { readonly of: (sample: RunSample) => number | null };

const peakOf = (values: Values): number => values.reduce<number>((peak, value) => Math.max(peak, value ?? 0), 0);
const isKnown = (values: Values): boolean => values.some((value) => value !== null);
const number = (value: number): string => (value >= 9.95 ? formatCount(value) : value.toFixed(1));
const milliseconds = (value: number): string => `${value >= 9.95 ? formatCount(value) : value.toPrecision(2)} ms`;

/** The plots of a run, in the order they are shown: only those of which the system told something. */
export function plotsOf({ facts, samples }: RunMeters): Plot[] {
  if (samples.length === 0) return [];
  const plot = (title: string, drafts: readonly Draft[], top: number | null, topLabel: (top: number) => string): Plot | null => {
    const series = drafts.map(({ of, ...draft }) => ({ ...draft, values: samples.map(of) })).filter(({ values }) => isKnown(values));
    if (series.length === 0) return null;
    const areas = series.filter(({ shape }) => shape === 'area');
    const stacked = samples.map((_, place) => areas.reduce((sum, { values }) => sum + (values[place] ?? 0), 0));
    const highest = Math.max(peakOf(stacked), ...series.filter((each) => each.shape !== 'area' && each.top === undefined).map(({ values }) => peakOf(values)));
    const edge = top ?? Math.max(highest * 1.08, 1e-9);
    return { title, series, top: edge, topLabel: topLabel(top ?? highest) };
  };
  /** Leaves out curves that never rise above `least`. */
  const risen = (drafts: readonly Draft[], least: number): Draft[] => drafts.filter(({ of }) => peakOf(samples.map(of)) > least);

  const entriesTop = Math.max(1, peakOf(samples.map((sample) => sample.entriesPerSecond))) * 1.08;
  const most = Math.max(1, peakOf(samples.map(({ poolSize, busy }) => Math.max(poolSize, busy))));
  const isOneDevice = facts.source.devices.length > 0 && facts.source.devices.join() === facts.destination.devices.join();
  const netPeak = Math.max(peakOf(samples.map((sample) => sample.networkInPerSecond)), peakOf(samples.map((sample) => sample.networkOutPerSecond)));
  const isRemote = [facts.source.kind, facts.destination.kind].some((kind) => kind === 'network' || kind === 'fuse');
  const isCpuOfRun = isKnown(samples.map(({ copyCpu }) => copyCpu));
  const pressures = risen([
    { label: 'Waits for CPU', color: palette.own, shape: 'line', of: ({ pressure }) => pressure?.cpu ?? null, format: formatPercent },
    { label: 'Waits for disks', color: palette.destination, shape: 'line', of: ({ pressure }) => pressure?.io ?? null, format: formatPercent },
    { label: 'Waits for memory', color: palette.trouble, shape: 'line', of: ({ pressure }) => pressure?.memory ?? null, format: formatPercent },
  ], 0.01);
  const pressurePeak = Math.max(0.1, ...pressures.map(({ of }) => peakOf(samples.map(of))));

  return [
    plot('Speed', [
      { label: 'Data', color: palette.own, shape: 'area', of: (sample) => sample.bytesPerSecond, format: formatRate },
      { label: 'Entries', color: palette.quiet, shape: 'line', top: entriesTop, of: (sample) => sample.entriesPerSecond, format: (value) => `${formatCount(value)}/s` },
    ], null, formatRate),
    plot('CPU', isCpuOfRun ? [
      { label: 'rsync, cp, tar', color: palette.own, shape: 'area', of: ({ copyCpu }) => copyCpu, format: number },
      { label: 'Daybreak', color: palette.second, shape: 'area', of: ({ workerCpu }) => workerCpu, format: number },
      { label: 'Other programs', color: palette.quiet, shape: 'area', of: ({ otherCpu }) => otherCpu, format: number },
    ] : [
      { label: 'All programs', color: palette.own, shape: 'area', of: ({ cores }) => cores.reduce((sum, share) => sum + share, 0), format: number },
    ], facts.cores, (top) => `${formatCount(top)} ${top === 1 ? 'core' : 'cores'}`),
    plot('What workers do', laneDrafts(samples), most, (top) => `${formatCount(top)} ${top === 1 ? 'worker' : 'workers'}`),
    ...(isOneDevice
      ? [plot(`Source and destination: ${behind(facts.destination)}`, risen(placeDrafts((sample) => sample.destination), 0), null, formatRate)]
      : [
          plot(`Source: ${behind(facts.source)}`, risen(placeDrafts((sample) => sample.source), 0), null, formatRate),
          plot(`Destination: ${behind(facts.destination)}`, risen(placeDrafts((sample) => sample.destination), 0), null, formatRate),
        ]),
    plot('Answer time', risen([
      { label: 'Source, server', color: palette.source, shape: 'line', of: ({ source }) => source.roundTripMs, format: milliseconds },
      { label: isOneDevice ? 'Disk' : 'Source, disk', color: palette.sourceLight, shape: 'line', of: ({ source }) => source.awaitMs, format: milliseconds },
      { label: 'Destination, server', color: palette.destination, shape: 'line', of: ({ destination }) => destination.roundTripMs, format: milliseconds },
      { label: 'Destination, disk', color: palette.destinationLight, shape: 'line', of: ({ destination }) => (isOneDevice ? null : destination.awaitMs), format: milliseconds },
    ], 0), null, milliseconds),
    ...(netPeak > (isRemote ? 0 : 1e6) ? [plot('Network', [
      { label: 'In', color: palette.source, shape: 'line', of: (sample) => sample.networkInPerSecond, format: formatRate },
      { label: 'Out', color: palette.destination, shape: 'line', of: (sample) => sample.networkOutPerSecond, format: formatRate },
      ...facts.interfaces.flatMap(({ name, bytesPerSecond }): Draft[] => (bytesPerSecond !== null && netPeak > bytesPerSecond * 0.3
        ? [{ label: `Link ${name}`, color: palette.trouble, shape: 'dashes', of: () => bytesPerSecond, format: formatRate }] : [])),
    ], null, formatRate)] : []),
    plot('Memory', [
      { label: 'Used', color: palette.line, shape: 'area', of: (sample) => sample.memoryUsedBytes, format: formatBytes },
      ...risen([{ label: 'In swap', color: palette.trouble, shape: 'line', of: (sample) => sample.swapUsedBytes, format: formatBytes }], 1e6),
    ], facts.memoryBytes, formatBytes),
    plot('Swap', risen([
      { label: 'Read back', color: palette.trouble, shape: 'line', of: (sample) => sample.swapInPerSecond, format: formatRate },
      { label: 'Written out', color: palette.destination, shape: 'line', of: (sample) => sample.swapOutPerSecond, format: formatRate },
    ], 1e5), null, formatRate),
    plot('Pressure', pressures, pressurePeak, formatPercent),
  ].filter((each) => each !== null);
}

/** What lies behind a place, in a word or two. */
function behind({ devices, fileSystem, kind }: PlaceFacts): string {
  return devices.length > 0 ? devices.join(', ') : kind === 'memory' ? 'memory' : fileSystem;
}

function placeDrafts(placeOf: (sample: RunSample) => PlaceSample): Draft[] {
  return [
    { label: 'Read', color: palette.source, shape: 'area', of: (sample) => placeOf(sample).readPerSecond, format: formatRate },
    { label: 'Written', color: palette.destination, shape: 'area', of: (sample) => placeOf(sample).writePerSecond, format: formatRate },
    { label: 'Busy', color: palette.own, shape: 'line', top: 1.04, of: (sample) => placeOf(sample).utilisation, format: formatPercent },
  ];
}

/** The lanes by what they did; what never happened is left out. The dashes are the pool, with lanes that had nothing to do. */
function laneDrafts(samples: readonly RunSample[]): Draft[] {
  const sum = (of: (lanes: NonNullable<RunSample['lanes']>) => number) => (sample: RunSample): number | null => (sample.lanes ? of(sample.lanes) : null);
  const isDisk = (side: 'source' | 'destination'): boolean =>
    samples.reduce((more, { lanes }) => more + (lanes ? lanes[`${side}Disk`] - lanes[`${side}Data`] : 0), 0) > 0;
  const areas: Draft[] = [
    { label: 'On a core', color: palette.own, shape: 'area', of: sum((lanes) => lanes.cpu), format: number },
    { label: 'Wait for a core', color: palette.trouble, shape: 'area', of: sum((lanes) => lanes.core), format: number },
    { label: 'Source: answers', color: palette.source, shape: 'area', of: sum((lanes) => lanes.sourceCalls), format: number },
    { label: isDisk('source') ? 'Source: disk' : 'Source: content', color: palette.sourceLight, shape: 'area', of: sum((lanes) => lanes.sourceDisk + lanes.sourceData), format: number },
    { label: 'Destination: answers', color: palette.destination, shape: 'area', of: sum((lanes) => lanes.destinationCalls), format: number },
    { label: isDisk('destination') ? 'Destination: disk' : 'Destination: content', color: palette.destinationLight, shape: 'area', of: sum((lanes) => lanes.destinationDisk + lanes.destinationData), format: number },
    { label: 'Bandwidth limit', color: palette.line, shape: 'area', of: sum((lanes) => lanes.limit), format: number },
    { label: 'Rest', color: palette.quiet, shape: 'area', of: sum((lanes) => lanes.other), format: number },
  ];
  const seen = areas.filter(({ of }) => peakOf(samples.map(of)) >= 0.1);
  return [
    ...(seen.length > 0 ? seen : [{ label: 'Busy', color: palette.own, shape: 'area' as const, of: ({ busy }: RunSample) => busy, format: number }]),
    { label: 'Pool', color: palette.quiet, shape: 'dashes', of: ({ poolSize }) => poolSize, format: number },
  ];
}
