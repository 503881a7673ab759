import { AppError } from '../../src-shared/errors.ts';
import type { TreeName } from './tree-plan.ts';

/** What is done with a tree: copied for the first time, backed up again as it is, or after 1 % of its files changed. */
export const phases = ['full', 'unchanged', 'changed'] as const;
export type Phase = (typeof phases)[number];

export const phaseTitles: Readonly<Record<Phase, string>> = {
  full: 'first copy',
  unchanged: 'nothing changed since',
  changed: '1 % of the files changed since',
};

/** One line of the figures: a tree, and what is done with it. */
export interface Row {
  readonly name: string;
  readonly tree: TreeName;
  readonly phase: Phase;
  /** How many times as fast as one rsync Daybreak is to be here, at least; null: only what holds for every row. */
  readonly target: number | null;
}

export const rows: readonly Row[] = [
  { name: 'balanced-full', tree: 'balanced', phase: 'full', target: 1.3 },
  { name: 'balanced-unchanged', tree: 'balanced', phase: 'unchanged', target: null },
  { name: 'balanced-changed', tree: 'balanced', phase: 'changed', target: null },
  { name: 'skewed-full', tree: 'skewed', phase: 'full', target: null },
  { name: 'skewed-unchanged', tree: 'skewed', phase: 'unchanged', target: null },
  { name: 'skewed-changed', tree: 'skewed', phase: 'changed', target: null },
  { name: 'folders-full', tree: 'folders', phase: 'full', target: null },
  { name: 'large-full', tree: 'large', phase: 'full', target: null },
];

/** The least for every row whose one rsync takes longer than `judgedFrom` seconds: below that the start counts most. */
export const leastRatio = 0.9;
export const judgedFrom = 2;

/**
 * The rows that the words name, in the table's order; a tree's name stands for all its rows, no words for all rows.
 * Throws `AppError` invalid-input for a word that names nothing.
 */
export function selectRows(words: readonly string[]): Row[] {
  for (const word of words) {
    if (rows.some((row) => row.name === word || row.tree === word)) continue;
    const names = rows.map((row) => row.name).join(', ');
    const trees = [...new Set(rows.map((row) => row.tree))].join(', ');
    throw new AppError({
      kind: 'invalid-input',
      message: `There is no row "${word}".`,
      hint: `Rows: ${names}. A tree's name (${trees}) stands for all its rows.`,
    });
  }
  return rows.filter((row) => words.length === 0 || words.includes(row.name) || words.includes(row.tree));
}

/** The phases of one tree that must be run for these rows: each needs the ones before it. */
export function phasesFor(selected: readonly Row[], tree: TreeName): Phase[] {
  const last = Math.max(...selected.filter((row) => row.tree === tree).map((row) => phases.indexOf(row.phase)));
  return phases.slice(0, last + 1);
}
