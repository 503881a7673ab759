import type { LiveRun } from '../../src-shared/run-view.ts';
import type { Settings } from '../../src-shared/settings.ts';
import type { Verdict } from '../core/notify/decide.ts';
import { shortText, type Message } from '../core/notify/message.ts';
import { countOf, durationOf, inSentences, sizeOf } from './words.ts';

export interface NoticeText {
  readonly title: string;
  readonly body: string;
}

/** What a notification says of a run that has ended; null where the settings, the job (`verdict` null) or the run itself ask for none. */
export function endNotice(run: LiveRun, wanted: Settings['notifications'], verdict: Verdict | null): NoticeText | null {
  const { outcome, jobName, dryRun } = run;
  // A dry run was asked for by someone who looks at it, and a cancelled one too.
  if (outcome === null || dryRun || wanted === 'none' || verdict === null || outcome.state === 'cancelled') return null;
  const { totals, durationMs, error } = outcome;
  const copied = `${countOf(totals.filesTransferred, 'file')} copied (${sizeOf(totals.bytesTransferred)}) in ${durationOf(durationMs)}.`;
  const problem = run.notices.find((notice) => notice.level !== 'info')?.message;
  switch (outcome.state) {
    case 'succeeded':
      if (verdict === 'recovered') return { title: `${jobName} is backed up again`, body: copied };
      return wanted === 'all' ? { title: `${jobName} is backed up`, body: copied } : null;
    case 'held':
      return { title: `${jobName}: ${countOf(run.heldEntries, 'deletion')} to approve`, body: `${copied} Nothing was deleted. Look at the list, and approve it if it is right.` };
    case 'warned':
      return { title: `${jobName} is backed up, with problems`, body: problem ?? copied };
    default:
      return { title: `${jobName} is not backed up`, body: inSentences([error?.message ?? problem ?? `The run ended as ${outcome.state}`, error?.hint]) };
  }
}

/** What a notification says of what no run shows, like an alarm; null where the settings ask for none. */
export function newsNotice(message: Message, wanted: Settings['notifications']): NoticeText | null {
  if (wanted === 'none' || (wanted === 'problems' && message.tone === 'info')) return null;
  return { title: message.title, body: shortText(message) };
}

/** What a notification says of a run that waits for an answer; null where it does not. */
export function questionNotice({ question, jobName }: LiveRun, wanted: Settings['notifications']): NoticeText | null {
  if (question === null || wanted === 'none') return null;
  return {
    title: `${jobName} waits for your answer`,
    body: `Its first mirror run would delete ${countOf(question.entries, 'entry').replace(/entrys$/u, 'entries')} in ${question.destination}. Nothing was touched so far.`,
  };
}
