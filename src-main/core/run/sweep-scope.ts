import { parentOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { Unit } from '../../../src-shared/unit.ts';

/** Folders to look through for temporary files; `deep`: with all below them. */
export interface SweepScope {
  readonly names: ByteName[];
  readonly deep: boolean;
}

/** Where a unit that was killed may have left temporary files. `isComplete`: all of its names are known; else all of its folder is looked through. */
export function sweepScope({ kind, folder, names }: Pick<Unit, 'kind' | 'folder'> & { readonly names: readonly ByteName[] }, isComplete = true): SweepScope {
  if (kind !== 'group' && kind !== 'links') return { names: [folder], deep: false };
  if (!isComplete) return { names: [folder], deep: true };
  return kind === 'group' ? { names: [...names], deep: true } : { names: [...new Set(names.map(parentOf))], deep: false };
}
