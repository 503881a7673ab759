import type { RunEventData } from '../../../src-shared/run-event.ts';
import type { RunMeters } from '../../../src-shared/run-meters.ts';
import type { HeldRemovals, LiveRun, TimelineBar } from '../../../src-shared/run-view.ts';
import type { FirstMirrorPreview } from '../app.ts';
import { withSample } from '../meters/thinning.ts';

/** Names of changes kept of a dry run, of removals and of the rest. */
const mostChanges = 10_000;
const mostNotices = 50;
/** Events kept for those who open the log. */
const mostEvents = 200;

export type ChangeEvent = Pick<Extract<RunEventData, { type: 'change' }>, 'action' | 'name' | 'bytes'>;

/** A run and what it has told: everything an interface may ask of it while it is in the list. */
export interface LiveEntry {
  view: LiveRun;
  /** Ended units in the order they ended. */
  readonly bars: TimelineBar[];
  readonly held: HeldRemovals[];
  /** Null before the first sample. Replaced, never changed in place. */
  meters: RunMeters | null;
  readonly removals: ChangeEvent[];
  readonly otherChanges: ChangeEvent[];
  /** The newest events but progress and samples, with how many came before them. */
  readonly log: { events: RunEventData[]; dropped: number };
  question: { readonly preview: FirstMirrorPreview; readonly answer: (yes: boolean) => void } | null;
}

/** A run that has just been asked for. */
export function newEntry(view: Omit<LiveRun, 'run' | 'progress' | 'notices' | 'question' | 'heldEntries' | 'changes' | 'verdict' | 'outcome'>): LiveEntry {
  return {
    view: {
      ...view, run: null, progress: null, notices: [], question: null, heldEntries: 0, verdict: null, outcome: null,
      changes: { delete: 0, create: 0, update: 0, attributes: 0 },
    },
    bars: [], held: [], meters: null, removals: [], otherChanges: [], log: { events: [], dropped: 0 }, question: null,
  };
}

/** Takes in what a run tells. The view is replaced, never changed in place: whoever has it keeps what it was. */
export function takeEvent(entry: LiveEntry, event: RunEventData): void {
  if (event.type !== 'progress' && event.type !== 'change' && event.type !== 'meters' && event.type !== 'sample') remember(entry, event);
  const { view } = entry;
  switch (event.type) {
    case 'run-started':
      entry.view = { ...view, run: event.run > 0 ? event.run : null, startedAt: event.at };
      break;
    case 'notice':
      entry.view = { ...view, notices: [...view.notices, event.notice].slice(-mostNotices) };
      break;
    case 'progress':
      entry.view = { ...view, progress: event.progress };
      break;
    case 'meters':
      entry.meters = { facts: event.facts, samples: [] };
      break;
    case 'sample':
      if (entry.meters) entry.meters = { ...entry.meters, samples: withSample(entry.meters.samples, event.sample) };
      if (event.verdict !== null) entry.view = { ...view, verdict: event.verdict };
      break;
    case 'unit-ended':
      entry.bars.push([event.unit, event.lane, Math.max(0, event.at - event.durationMs - view.startedAt), event.durationMs, event.state]);
      break;
    case 'change':
      keepChange(entry, event);
      break;
    case 'held':
      entry.held.push({ reason: event.reason, names: [...event.names], entries: event.entries, bytes: event.bytes });
      entry.view = { ...view, heldEntries: view.heldEntries + event.entries };
      break;
    case 'run-ended': {
      const { state, totals, durationMs, limitedBy, verdict, error } = event;
      entry.view = { ...view, question: null, verdict, outcome: { state, totals, durationMs, limitedBy, error } };
      break;
    }
  }
}

function remember({ log }: LiveEntry, event: RunEventData): void {
  log.events.push(event);
  if (log.events.length <= mostEvents) return;
  log.events.shift();
  log.dropped++;
}

function keepChange(entry: LiveEntry, { action, name, bytes }: ChangeEvent): void {
  const { view } = entry;
  entry.view = { ...view, changes: { ...view.changes, [action]: view.changes[action] + 1 } };
  const list = action === 'delete' ? entry.removals : entry.otherChanges;
  if (list.length < mostChanges) list.push({ action, name, bytes });
}
