import { ROOT } from '../../../src-shared/byte-name.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import { noTotals } from '../../../src-shared/run.ts';
import type { Prepared } from './before.ts';
import { shownName } from './changes.ts';
import { isEnding, type RunContext } from './context.ts';
import { planAndCopy } from './planning.ts';
import { createProgressTracker } from './progress.ts';
import { noneSettled } from './settled.ts';
import { listStrangers } from './strangers.ts';

/** Names shown in the question. */
const namesShown = 1000;

/**
 * Before the first mirror run into a folder that Daybreak did not fill: works out what would be deleted, and asks. Does
 * nothing where there is nothing to ask. Throws `AppError` delete-limit when the answer is no.
 */
export async function askBeforeFirstMirror(context: RunContext, prepared: Prepared): Promise<void> {
  const { job, request, store } = context;
  const { destination } = prepared;
  const isEmpty = destination.kind === 'missing' || destination.isEmpty;
  if (!job.options.mirror || request.dryRun || isEmpty || isEnding(context) || store.runs.filledByUs(job.destination)) return;
  const strangers = await listStrangers(context, [ROOT], true) ?? await previewStrangers(context, prepared);
  const entries = strangers.length;
  if (entries === 0 || isEnding(context)) return;
  if (await request.confirmFirstMirror({ destination: job.destination, entries, names: strangers.slice(0, namesShown).map(shownName) })) {
    // They have just been seen; the brake is for what comes as a surprise.
    if (job.options.deleteLimit.kind === 'default') context.deleteLimit = { kind: 'count', limit: entries };
    return;
  }
  throw new AppError({
    kind: 'delete-limit',
    message: `Nothing was changed: this first mirror run would delete ${entries} ${entries === 1 ? 'name' : 'names'} from ${job.destination}, which Daybreak did not fill`,
    hint: 'Look at them with --dry-run. If they should go, answer yes or run again with --yes.',
  });
}

/** What the copy would delete, by a dry run of it. */
async function previewStrangers(context: RunContext, { source, destination }: Prepared): Promise<readonly Change[]> {
  const preview: RunContext = {
    ...context,
    run: 0,
    request: { ...context.request, dryRun: true, reportChanges: false },
    tracker: createProgressTracker(context.ports.clock.now()),
    totals: { ...noTotals },
    notices: [],
    retries: [],
    units: new Set(),
    settled: noneSettled(),
    previewed: [],
    changedByTop: new Map(),
    emit: () => {},
  };
  await planAndCopy(preview, source, destination);
  return preview.previewed;
}
