import { AppError } from '../../src-shared/errors.ts';
import type { NasShape } from './nas/nas.ts';
import type { TreeName } from './tree-plan.ts';

/** What is done with a tree: copied for the first time, backed up again as it is, after 1 % changed, after 80 % went. */
export const phases = ['full', 'unchanged', 'changed', 'removed'] as const;
export type Phase = (typeof phases)[number];

export const phaseTitles: Readonly<Record<Phase, string>> = {
  full: 'first copy',
  unchanged: 'nothing changed since',
  changed: '1 % of the files changed since',
  removed: '80 % of the files removed since',
};

/** Servers as they are; latency both ways, on either side. */
const shapes = {
  nas1: { title: 'NAS of 1 ms', latencyMs: 1, cacheSeconds: 0, bytesPerSecond: null, slots: null },
  nas5: { title: 'NAS of 5 ms', latencyMs: 5, cacheSeconds: 0, bytesPerSecond: null, slots: null },
  'nas1-cached': { title: 'NAS of 1 ms, attributes cached', latencyMs: 1, cacheSeconds: 600, bytesPerSecond: null, slots: null },
  'nas1-capped': { title: 'NAS of 1 ms and 100 MB/s', latencyMs: 1, cacheSeconds: 60, bytesPerSecond: 100_000_000, slots: null },
  'nas1-slots6': { title: 'NAS of 1 ms that answers 6 at once', latencyMs: 1, cacheSeconds: 0, bytesPerSecond: null, slots: 6 },
  'nas0.2': { title: 'NAS of 0.2 ms', latencyMs: 0.2, cacheSeconds: 0, bytesPerSecond: null, slots: null },
} as const satisfies Record<string, NasShape>;

/**
 * Where a tree lies: wherever the bench works (`local`), which is memory where there is room; on a disk, read from it and
 * written to it within the time (`disk`); or on both sides of a server.
 */
export type SettingName = keyof typeof shapes | 'local' | 'disk';
/** Null: not behind a server. */
export function shapeOf(setting: SettingName): NasShape | null {
  return setting === 'local' || setting === 'disk' ? null : shapes[setting];
}

/** For people; null: nothing to say. */
export function settingTitle(setting: SettingName): string | null {
  return setting === 'disk' ? 'on a disk, until all is written' : shapeOf(setting)?.title ?? null;
}

/** What Daybreak is to reach with a tree of full size, besides what holds for every row. */
export interface Expected {
  /** How many times as fast as one rsync it is to be, at least. */
  readonly ratio?: number;
  /** And as the quickest of the peers. */
  readonly peerRatio?: number;
  /** At most so many times as long as `cp -a`, which copies and does nothing else. */
  readonly timesCopy?: number;
  /**
   * At most so many times as long as the bytes need at the server's bandwidth. Who comes that near has met the ratios as
   * well: there is no room for them.
   */
  readonly timesBandwidth?: number;
  /** At most so many seconds longer than one rsync: a job that is nearly all start and end says nothing by ratios. */
  readonly secondsMore?: number;
}

/** One line of the figures: a tree, where it lies, and what is done with it. */
export interface Row {
  readonly name: string;
  readonly tree: TreeName;
  readonly setting: SettingName;
  readonly phase: Phase;
  readonly expected: Expected;
}

function row(setting: SettingName, tree: TreeName, phase: Phase, expected: Expected = {}): Row {
  const name = setting === 'local' ? `${tree}-${phase}` : `${setting}-${tree}-${phase}`;
  return { name, tree, setting, phase, expected };
}

export const rows: readonly Row[] = [
  row('local', 'balanced', 'full', { ratio: 2.2, peerRatio: 1.15 }),
  row('local', 'balanced', 'unchanged', { ratio: 1.6, peerRatio: 1.3 }),
  row('local', 'balanced', 'changed', { ratio: 1.4, peerRatio: 1.3 }),
  row('local', 'skewed', 'full', { ratio: 2, peerRatio: 1.5 }),
  row('local', 'skewed', 'unchanged'),
  row('local', 'skewed', 'changed'),
  row('local', 'mixed', 'full', { ratio: 2.6, peerRatio: 1.3 }),
  row('local', 'folders', 'full', { ratio: 1.2, peerRatio: 1.2 }),
  row('local', 'large', 'full'),
  row('local', 'smallest', 'full', { secondsMore: 0.3 }),
  row('disk', 'images', 'full', { ratio: 1.6, peerRatio: 1, timesCopy: 1.3 }),
  row('nas1', 'small', 'full', { ratio: 20, peerRatio: 1.3 }),
  row('nas1', 'small', 'unchanged', { ratio: 25, peerRatio: 1.5 }),
  row('nas5', 'small', 'full', { ratio: 40, peerRatio: 1.5 }),
  row('nas1-cached', 'vanishing', 'unchanged', { ratio: 3.5, peerRatio: 1.2 }),
  row('nas1-capped', 'clips', 'full', { ratio: 1.5, peerRatio: 1.1, timesBandwidth: 1.1 }),
  row('nas0.2', 'vanishing', 'changed', { ratio: 1.5, peerRatio: 1.3 }),
  row('nas0.2', 'vanishing', 'removed', { ratio: 3, peerRatio: 1.5 }),
];

/** What a pool of workers is measured with: jobs that take long enough for it to find its size. */
export const poolRows: readonly Row[] = [
  row('nas1', 'vanishing', 'full'),
  row('nas1-slots6', 'vanishing', 'full'),
  row('local', 'crowd', 'full'),
];
/** At most so many times as long as with the best fixed number of workers. */
export const mostTimesBestPool = 1.1;

/** The least for every row whose one rsync takes longer than `judgedFrom` seconds: below that the start counts most. */
export const leastRatio = 0.9;
export const judgedFrom = 2;

/**
 * The rows of `all` that the words name, in its order; a tree's name stands for all its rows, `local`, `disk` and `nas`
 * for all rows of that kind, no words for all rows. Throws `AppError` invalid-input for a word that names nothing.
 */
export function selectRows(words: readonly string[], all: readonly Row[] = rows): Row[] {
  const isNamed = (each: Row, word: string): boolean =>
    each.name === word || each.tree === word || each.setting === word || (word === 'nas' && shapeOf(each.setting) !== null);
  for (const word of words) {
    if (all.some((each) => isNamed(each, word))) continue;
    const names = all.map((each) => each.name).join(', ');
    const trees = [...new Set(all.map((each) => each.tree))].join(', ');
    throw new AppError({
      kind: 'invalid-input',
      message: `There is no row "${word}".`,
      hint: `Rows: ${names}. A tree's name (${trees}) stands for all its rows, "local", "disk" and "nas" for all of that kind.`,
    });
  }
  return all.filter((each) => words.length === 0 || words.some((word) => isNamed(each, word)));
}

/** A tree in one place, and the phases that must be run there for some rows: each needs the ones before it. */
export interface Measured {
  readonly tree: TreeName;
  readonly setting: SettingName;
  readonly phases: readonly Phase[];
  /** Rows of these phases that were asked for. */
  readonly rows: readonly Row[];
}

/** What must be measured for these rows, in the table's order. */
export function measuredFor(selected: readonly Row[]): Measured[] {
  const keys = [...new Set(selected.map(({ tree, setting }) => `${setting} ${tree}`))];
  return keys.map((key) => {
    const wanted = selected.filter(({ tree, setting }) => `${setting} ${tree}` === key);
    const { tree, setting } = wanted[0] as Row;
    const last = Math.max(...wanted.map(({ phase }) => phases.indexOf(phase)));
    return { tree, setting, rows: wanted, phases: phases.filter((phase, index) => index === 0 || (index <= last && isNeeded(phase, wanted))) };
  });
}

/** What nobody asked for is left out between the first copy and the last phase: a server takes minutes for each. */
function isNeeded(phase: Phase, wanted: readonly Row[]): boolean {
  return wanted.some((each) => each.phase === phase);
}
