import type { HeldRemovals } from '../../src-shared/run-view.ts';
import { adviceLines } from './advice-lines.ts';
import type { RunOutcome } from '../core/app.ts';
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatRate } from './format.ts';
import { errorLines, line, textLines, type Line } from './line.ts';
import type { Tone } from './paint.ts';
import type { RunRecord } from './run-record.ts';

/** Most names of a held removal that a summary shows. */
const SHOWN = 20;

/** The end of a run in words: the state, the number, the thing and the next step. */
export function summaryLines(record: RunRecord, outcome: RunOutcome, callName: string): Line[] {
  const limitedBy = outcome.state === 'cancelled' || didNothing(outcome) ? null : record.ended?.limitedBy ?? null;
  return [
    ...stateLines(record, outcome, callName),
    ...(didNothing(outcome) ? [] : workLines(record, outcome)),
    ...(record.held.length > 0 ? heldLines(record, outcome) : []),
    ...(limitedBy === null ? [] : [...textLines(`What limited it: ${limitedBy}`), ...adviceLines(record.ended?.verdict ?? null)]),
    ...(outcome.run === null ? [] : [line(`Details: ${callName} history ${outcome.run}`, 'quiet')]),
  ];
}

/** It ended before any unit did: there is nothing to count. */
function didNothing({ state, error, totals }: RunOutcome): boolean {
  return (error !== null || state === 'cancelled') && totals.entries === 0;
}

function stateLines(record: RunRecord, outcome: RunOutcome, callName: string): Line[] {
  const took = formatDuration(outcome.durationMs);
  const way = record.job ? `${record.job.source} -> ${record.job.destination}` : 'the backup';
  const error = outcome.error ? errorLines(outcome.error) : [];
  const said = (text: string, tone: Tone): Line[] => [line(text, tone), ...error];
  switch (outcome.state) {
    case 'succeeded':
      return said(record.dryRun
        ? `Dry run: ${way} looked at in ${took}, nothing was changed.`
        : `Done: ${way} in ${took}.`, 'good');
    case 'warned':
      return said(
        `${record.dryRun ? 'Dry run' : 'Done'} with warnings: ${way} in ${took}; not everything is as at the source, see above.`,
        'warning',
      );
    case 'held':
      return said(record.held.length > 0
        ? `Held: ${way}: all was copied in ${took}, but deleting waits for your approval.`
        : `Held: ${way}: done in ${took}, but for what an alarm holds: see above.`, 'warning');
    case 'unproven':
      return said(
        `Unproven: ${way}: rsync reported success, but a check after the run failed. Do not rely on this backup.`, 'problem',
      );
    case 'cancelled':
      return said(`${record.dryRun ? 'Dry run cancelled' : 'Cancelled'} after ${took}${afterCancel(record)}`, 'warning');
    case 'skipped': return said(`Skipped: ${way}.`, 'warning');
    case 'failed':
      return error.length > 0 ? error : [line(`Failed: ${way} after ${took}. See ${callName} history.`, 'problem')];
    default: return said(`Ended as ${outcome.state}: ${way} after ${took}. Run it again.`, 'problem');
  }
}

function afterCancel({ dryRun, progress }: RunRecord): string {
  if (dryRun) return '.';
  return progress === null || progress.unitsKnown === 0 ? ', before anything was copied.'
    : '. What was copied is kept; the next run goes on from there.';
}

function workLines(record: RunRecord, outcome: RunOutcome): Line[] {
  const { totals, durationMs } = outcome;
  const would = record.dryRun ? 'would be ' : '';
  const done = [
    ...(totals.filesTransferred > 0
      ? [`${formatNumberOf(totals.filesTransferred, 'file')} ${would}copied (${formatBytes(totals.bytesTransferred)})`] : []),
    ...(totals.created > 0 ? [`${formatCount(totals.created)} ${would}created`] : []),
    ...(totals.deleted > 0 ? [`${formatCount(totals.deleted)} ${would}deleted`] : []),
    ...(totals.held > 0 ? [`${formatCount(totals.held)} held`] : []),
  ];
  const isCut = outcome.state === 'cancelled';
  const amount = `${formatNumberOf(totals.entries, 'entry', 'entries')} (${formatBytes(totals.bytes)})`;
  // rsync tells its counts at its end: what a cancelled one did is not among them.
  const looked = isCut ? `Units finished until then: ${amount} looked at` : `${amount} looked at`;
  const changed = done.length > 0 ? done.join(', ') : outcome.state === 'succeeded' ? 'nothing had changed' : 'nothing copied';
  const seconds = durationMs / 1000;
  // A rate over a blink says nothing.
  const rate = record.dryRun || isCut || seconds < 1 || totals.bytesTransferred === 0 ? ''
    : `; ${formatRate(totals.bytesTransferred / seconds)}, ${formatCount(totals.entries / seconds)} files/s`;
  return [line(`${looked}${isCut ? ',' : ':'} ${changed}${rate}.`)];
}

function heldLines(record: RunRecord, outcome: RunOutcome): Line[] {
  return [
    ...record.held.flatMap((held) => heldReason(held)),
    line('Nothing of this was deleted. If it is right, run the same command again with'),
    line(`  --max-delete ${outcome.totals.held}   (as many as now, no more), or --max-delete 100% (no limit)`, 'strong'),
    line('If it is not, look at the source first: is a disk or share not mounted, was a folder moved?'),
  ];
}

/** One held removal: how much, why, and the first names. */
export function heldReason(held: HeldRemovals, most = SHOWN): Line[] {
  // Sorted, a folder stands before what lies in it.
  const shown = held.names.toSorted().slice(0, most);
  const hidden = held.entries - shown.length;
  const amount = `${formatNumberOf(held.entries, 'entry', 'entries')} (${formatBytes(held.bytes)})`;
  return [
    ...textLines(`${amount} would be deleted: ${held.reason}`, 'warning'),
    ...shown.map((name) => line(`  ${name}`)),
    ...(hidden > 0 ? [line(`  and ${formatCount(hidden)} more`)] : []),
  ];
}
