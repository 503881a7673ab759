import { dateWords } from './words.ts';

/** Why due times wait or were skipped, in one sentence each. Moments in ms since the epoch, told in the schedule's zone. */

export function missedReason(dueAt: number, now: number, timeZone: string): string {
  return `It was due ${dateWords(dueAt, now, timeZone)}, when the machine slept or was off, or Daybreak was not running.`;
}

export function pausedReason(dueAt: number, now: number, timeZone: string): string {
  return `It was due ${dateWords(dueAt, now, timeZone)}, while all schedules were paused.`;
}

export function windowReason(reason: string | null, windowEndsAt: number, now: number, timeZone: string): string {
  return withMore(reason, `Its window ended ${dateWords(windowEndsAt, now, timeZone)}, before it could run.`);
}

export function policyReason(reason: string | null): string {
  return withMore(reason, 'The schedule of this job leaves such runs out.');
}

export function overlapReason(busy: string): string {
  return `It was due while another run was at work, and the schedule of this job leaves it out then. ${busy}`;
}

export function absentReason(reason: string | null, absent: string): string {
  return withMore(reason, `It could not be made up for before the next one was due: ${absent}`);
}

/** Of a run that waits behind another one. `busy`: the sentence of the refusal. */
export function queueReason(busy: string): string {
  return `It waits for its turn. ${busy}`;
}

export const switchedOffReason = 'The schedule of this job was changed or switched off before it could run.';
export const declinedReason = 'It was missed, and a person chose to leave it out.';

function withMore(reason: string | null, more: string): string {
  return reason === null ? more : `${reason} ${more}`;
}
