import { ROOT } from '../../../src-shared/byte-name.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { display } from '../rsync/byte-name.ts';
import type { RunContext } from './context.ts';

/** What an itemised change does to its name (rsync(1), --itemize-changes). */
export function actionOf(change: Change): 'delete' | 'create' | 'update' | 'attributes' {
  if (change.code === '*deleting') return 'delete';
  if (change.code.includes('+')) return 'create';
  return change.code.startsWith('.') ? 'attributes' : 'update';
}

/** A name as people are told it, and as they approve that it goes. */
export function shownName({ name, isFolder }: Pick<Change, 'name' | 'isFolder'>): string {
  return display(name) + (isFolder ? '/' : '');
}

/**
 * True for a folder that two units itemise: its parent's level and its own unit. The parent's word counts, but for a
 * huge flat folder, whose sub-folders its `entries` unit tells.
 */
function isToldElsewhere(unit: Unit, change: Change): boolean {
  if (!change.isFolder || change.code === '*deleting') return false;
  if (unit.kind === 'group') return unit.names[0] !== ROOT && unit.names.includes(change.name);
  return unit.folder !== ROOT && change.name === unit.folder;
}

/** Tells the watchers of changed names. */
export function reportChanges(context: RunContext, unit: Unit, changes: readonly Change[]): void {
  for (const change of changes) {
    if (isToldElsewhere(unit, change)) continue;
    const action = actionOf(change);
    if (action === 'delete') {
      context.totals.deleted++;
      context.previewed.push(change);
    }
    context.emit({ type: 'change', action, name: shownName(change), bytes: change.bytes });
  }
}
