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
  nas1: { title: 'NAS of 1 ms', latencyMs: 1, cacheSeconds: 0, bytesPerSecond: null },
  nas5: { title: 'NAS of 5 ms', latencyMs: 5, cacheSeconds: 0, bytesPerSecond: null },
  'nas1-cached': { title: 'NAS of 1 ms, attributes cached', latencyMs: 1, cacheSeconds: 600, bytesPerSecond: null },
  'nas1-capped': { title: 'NAS of 1 ms and 100 MB/s', latencyMs: 1, cacheSeconds: 60, bytesPerSecond: 100_000_000 },
  'nas1-slots': { title: 'NAS of 1 ms that works on 6 requests at a time', latencyMs: 1, cacheSeconds: 0, bytesPerSecond: null, slots: 6 },
  'nas0.2': { title: 'NAS of 0.2 ms', latencyMs: 0.2, cacheSeconds: 0, bytesPerSecond: null },
} as const satisfies Record<string, NasShape>;

/** Where a tree lies: on this machine's own file system, or on both sides of a server. */
export type SettingName = keyof typeof shapes | 'local';
/** Null: local. */
export function shapeOf(setting: SettingName): NasShape | null {
  return setting === 'local' ? null : shapes[setting];
}

/** One line of the figures: a tree, where it lies, and what is done with it. */
export interface Row {
  readonly name: string;
  readonly tree: TreeName;
  readonly setting: SettingName;
  readonly phase: Phase;
  /** How many times as fast as one rsync Daybreak is to be here, at least; null: only what holds for every row. */
  readonly target: number | null;
  /** And against the best of the peers; null: nothing is expected. */
  readonly peerTarget: number | null;
}

function row(setting: SettingName, tree: TreeName, phase: Phase, target: number | null = null, peerTarget: number | null = null): Row {
  const name = setting === 'local' ? `${tree}-${phase}` : `${setting}-${tree}-${phase}`;
  return { name, tree, setting, phase, target, peerTarget };
}

export const rows: readonly Row[] = [
  row('local', 'balanced', 'full', 2.2, 1.15),
  row('local', 'balanced', 'unchanged', 1.6, 1.3),
  row('local', 'balanced', 'changed', 1.4, 1.3),
  row('local', 'skewed', 'full', 2, 1.5),
  row('local', 'skewed', 'unchanged'),
  row('local', 'skewed', 'changed'),
  row('local', 'mixed', 'full', 2.6, 1.3),
  row('local', 'folders', 'full', 1.2, 1.2),
  row('local', 'large', 'full'),
  row('local', 'smallest', 'full'),
  row('nas1', 'small', 'full', 20, 1.3),
  row('nas1', 'small', 'unchanged', 25, 1.5),
  row('nas5', 'small', 'full', 40, 1.5),
  row('nas1-cached', 'small', 'unchanged', 3.5, 1.2),
  row('nas1-capped', 'clips', 'full', 1.5, 1.1),
  row('nas1-slots', 'small', 'full'),
  row('nas0.2', 'vanishing', 'changed', 1.5, 1.3),
  row('nas0.2', 'vanishing', 'removed', 3, 1.5),
];

/** The least for every row whose one rsync takes longer than `judgedFrom` seconds: below that the start counts most. */
export const leastRatio = 0.9;
export const judgedFrom = 2;

/**
 * The rows that the words name, in the table's order; a tree's name stands for all its rows, `local` and `nas` for all
 * rows of that kind, no words for all rows. Throws `AppError` invalid-input for a word that names nothing.
 */
export function selectRows(words: readonly string[]): Row[] {
  const isNamed = (each: Row, word: string): boolean =>
    each.name === word || each.tree === word || each.setting === word || (word === 'nas' && each.setting !== 'local');
  for (const word of words) {
    if (rows.some((each) => isNamed(each, word))) continue;
    const names = rows.map((each) => each.name).join(', ');
    const trees = [...new Set(rows.map((each) => each.tree))].join(', ');
    throw new AppError({
      kind: 'invalid-input',
      message: `There is no row "${word}".`,
      hint: `Rows: ${names}. A tree's name (${trees}) stands for all its rows, "local" and "nas" for all of that kind.`,
    });
  }
  return rows.filter((each) => words.length === 0 || words.some((word) => isNamed(each, word)));
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
