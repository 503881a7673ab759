import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import { toAppError, type ErrorData } from '../../../src-shared/errors.ts';
import type { FolderRun } from '../../../src-shared/protection.ts';
import { noTotals } from '../../../src-shared/run.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { BackupRequest } from '../app.ts';
import type { Ports } from '../ports.ts';
import { failureNotice, failuresOf, type RunFailures } from '../protection/failures.ts';
import { folderFacts } from '../protection/folder-facts.ts';
import { byRisk } from '../protection/risk.ts';
import { hostFacts, makeReceipt } from '../receipt/make-receipt.ts';
import { tryToWriteReceipts } from '../receipt/missing.ts';
import { unitCall } from '../rsync/args.ts';
import { display } from '../rsync/byte-name.ts';
import { processStartTime } from '../rsync/process-identity.ts';
import type { Diagnosis } from '../store/diagnoses.ts';
import type { Store } from '../store/open-store.ts';
import type { RunEnd } from '../store/runs.ts';
import type { RunContext } from './context.ts';
import { callContext } from './copying.ts';

/** The order in which a run goes that may not come to its end. */
export function riskOrder(store: Store, jobId: string): (unit: Unit) => number {
  return byRisk(new Map(store.protection.folders(jobId).map(({ folder, protectedUntil }) => [folder, protectedUntil])));
}

interface RunFacts extends RunFailures {
  readonly folders: readonly FolderRun[];
  /** Names that failed in an earlier run already. */
  readonly known: ReadonlySet<string>;
}

/**
 * Ends a run in the history, with what it did in each folder, which failures are new, its receipt, and what was measured. Throws `AppError`
 * where the run itself cannot be ended there; what else cannot be written is told as a notice.
 */
export function concludeRun(context: RunContext, end: Omit<RunEnd, 'notices'>, diagnosis: Diagnosis | null): void {
  const facts = orTell(context, () => gather(context));
  context.store.runs.end(context.run, { ...end, notices: context.notices });
  if (facts) orTell(context, () => keep(context, facts));
  if (diagnosis) orTell(context, () => context.store.diagnoses.put(context.run, diagnosis));
}

/**
 * Puts a run into the history that could not even begin: of an ad-hoc backup nothing is kept, but the history must tell of a
 * saved job's night. Answers with its number; null where nothing is kept, or nothing can be.
 */
export function recordRefused(
  { ports, store, request }: { readonly ports: Ports; readonly store: () => Store; readonly request: BackupRequest }, error: ErrorData, startedAt: number,
): number | null {
  if (request.jobId === undefined || request.dryRun) return null;
  try {
    const { runs } = store();
    const run = runs.start({
      jobId: request.jobId, trigger: request.trigger, at: startedAt, rsyncVersion: null, hostPid: process.pid,
      hostStartTime: processStartTime(process.pid) ?? '',
    });
    runs.end(run, { state: 'failed', totals: noTotals, limitedBy: null, error, at: ports.clock.now(), notices: [] });
    tryToWriteReceipts(store(), ports);
    return run;
  } catch {
    // Without a history, the outcome tells of it.
    return null;
  }
}

function gather(context: RunContext): RunFacts {
  const { store, job, units, settled: { folders: settled }, folders: notes } = context;
  const before = store.protection.folders(job.id).map(({ folder }) => folder);
  const found = failuresOf(units, job);
  const known = store.protection.failures(job.id);
  const notice = failureNotice(found, known, before.length > 0);
  if (notice) context.notice(notice);
  const rewritten = (folder: ByteName) => (context.countsChanges ? context.changedByTop.get(folder)?.rewritten ?? 0 : null);
  return { ...found, known, folders: folderFacts({ units, settled, notes, failures: found.failures, known: before, rewritten, left: context.heldTops }) };
}

function keep(context: RunContext, { folders, failures, known }: RunFacts): void {
  const { store, job, run, ports } = context;
  store.protection.put(run, folders);
  const names = new Map(folders.map(({ folder, state }) => [folder === '' ? '' : display(folder as ByteName), state]));
  store.protection.setFailures(job.id, run, failures, (name) => {
    const [top = ''] = name.split('/');
    return (names.get(names.has(top) ? top : '') ?? 'not-reached') !== 'not-reached';
  });
  store.receipts.append(makeReceipt({
    run: store.runs.get(run), job, host: hostFacts(ports), argv: wholeCall(context), folders,
    failures: failures.map(({ name, reason }) => ({ name, reason, isNew: !known.has(name) })),
  }));
}

/** What every rsync of the run was called with, as one call for the whole source. */
function wholeCall(context: RunContext): string[] {
  const whole: Unit = { id: 0, kind: 'group', folder: ROOT, names: [ROOT], shares: [], entries: 0, bytes: 0, weight: 0, isNew: false, premade: 0, after: [] };
  return unitCall(whole, callContext(context, 'copy', { bandwidth: context.job.options.bandwidthLimit })).argv;
}

/** A backup that was made is made, even where its record cannot be written. */
function orTell<Result>(context: RunContext, work: () => Result): Result | null {
  try {
    return work();
  } catch (thrown) {
    const { message, hint } = toAppError(thrown);
    context.notice({ level: 'warning', message: `The record of this run is not complete: ${message}`, ...(hint === undefined ? {} : { hint }) });
    return null;
  }
}
