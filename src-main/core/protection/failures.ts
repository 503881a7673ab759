import type { Notice } from '../../../src-shared/run.ts';
import type { UnitProgress } from '../run/copying.ts';

/** A name that could not be copied in full. */
export interface Failure {
  /** Path from the root of the source, as rsync printed it: for people, and to be found again in the next run. */
  readonly name: string;
  readonly reason: string;
  /** The first part of the name; '' for the root itself. */
  readonly top: string;
}

/** What failed in a run. */
export interface RunFailures {
  readonly failures: readonly Failure[];
  /** How many names failed; more than `failures` where rsync named more than are kept. */
  readonly total: number;
}

/** Names kept of one run; more are only counted. */
const mostFailures = 10_000;

/** The names that failed in these units, each once. A unit that ended well has none, whatever its earlier tries met. */
export function failuresOf(units: Iterable<UnitProgress>, roots: { readonly source: string; readonly destination: string }): RunFailures {
  const found = new Map<string, Failure>();
  let unnamed = 0;
  for (const { state, result } of units) {
    if (!result || (state !== 'warned' && state !== 'failed' && state !== 'held' && state !== 'pending-deletes')) continue;
    const { failedNames, failedReasons = [], failedCount, errno } = result.facts;
    unnamed += failedCount - failedNames.length;
    for (const [index, printed] of failedNames.entries()) {
      const name = fromRoot(printed, roots);
      if (found.has(name)) continue;
      if (found.size === mostFailures) unnamed++;
      else found.set(name, { name, reason: failedReasons[index] ?? errno ?? 'rsync does not say why', top: name.split('/')[0] ?? '' });
    }
  }
  return { failures: [...found.values()], total: found.size + unnamed };
}

/** rsync names a file by its place at the source or at the destination: both are the same name to the backup. */
function fromRoot(printed: string, { source, destination }: { readonly source: string; readonly destination: string }): string {
  for (const root of [source, destination]) {
    if (printed === root) return '';
    const start = root.endsWith('/') ? root : `${root}/`;
    if (printed.startsWith(start)) return printed.slice(start.length);
  }
  return printed;
}

/** What is new among the failures of a run; null where nothing failed, or where there was no run to compare with. */
export function failureNotice({ failures, total }: RunFailures, known: ReadonlySet<string>, hasEarlierRun: boolean): Notice | null {
  if (total === 0 || !hasEarlierRun) return null;
  const fresh = failures.filter(({ name }) => !known.has(name));
  const what = total === 1 ? '1 name could not be copied' : `${total} names could not be copied`;
  if (fresh.length === 0) return { level: 'info', message: `${what}: none of them new since last time.` };
  const examples = fresh.slice(0, 3).map(({ name }) => (name === '' ? '(the root folder)' : name)).join(', ');
  return {
    level: 'warning', message: `${what}: ${fresh.length} new since last time (${examples}${fresh.length > 3 ? ' ...' : ''}).`,
    hint: 'The receipt of the run lists them all, the new ones first.',
  };
}
