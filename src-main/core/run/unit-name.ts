import { lastOf, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import { display } from '../rsync/byte-name.ts';

/** What people call the files that lie directly in the root of a source. */
export const rootFilesName = '(files in the root)';

/** A unit's name for people: its folder, or the names it carries. */
export function unitName(unit: Unit): string {
  const folder = display(unit.folder);
  switch (unit.kind) {
    case 'level': return unit.folder === '' ? rootFilesName : `${folder}/ (own files)`;
    case 'entries': return unit.folder === '' ? '(folders in the root)' : `${folder}/ (folders)`;
    case 'links': return '(hard links across folders)';
    case 'part': return `${unit.folder === '' ? rootFilesName : `${folder}/`} (${unit.names.length} files from ${lastName(unit)})`;
    case 'group': {
      const [first = '' as ByteName] = unit.names;
      if (first === '') return '(everything)';
      return unit.names.length === 1 ? `${display(first)}/` : `${display(first)}/ and ${unit.names.length - 1} more`;
    }
  }
}

function lastName(unit: Unit): string {
  return display(lastOf(unit.names[0] ?? ('' as ByteName)));
}

/** The top folders a unit lies in, with the share of its entries in each; the root's own files count as ''. */
export function topShares(unit: Unit): Map<ByteName, number> {
  const shares = new Map<ByteName, number>();
  if (unit.folder !== '' || unit.kind !== 'group') return shares.set(topOf(unit.folder), 1);
  const total = unit.shares.reduce((sum, share) => sum + share, 0) || 1;
  for (const [index, name] of unit.names.entries()) shares.set(topOf(name), (unit.shares[index] ?? 0) / total);
  return shares;
}
