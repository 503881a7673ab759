import type { PastRun } from '../../../src-shared/run-view.ts';

/** Why a run was skipped, in one sentence; null where none is kept. */
export function reasonOf({ error, notices }: Pick<PastRun, 'error' | 'notices'>): string | null {
  return error?.message ?? notices[0]?.message ?? null;
}
