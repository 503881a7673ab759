import type { Progress, RunEventData, RunJob } from '../../src-shared/run-event.ts';

type EventOf<Type extends RunEventData['type']> = Extract<RunEventData, { type: Type }>;
export type UnitEnded = EventOf<'unit-ended'>;
export type Held = EventOf<'held'>;
export type RunEnded = EventOf<'run-ended'>;

/** What the end of a run is told from; grows with the problems of a run, not with its files. */
export interface RunRecord {
  run: number | null;
  job: RunJob | null;
  dryRun: boolean;
  warnings: number;
  problems: number;
  readonly held: Held[];
  progress: Progress | null;
  ended: RunEnded | null;
}

export function createRunRecord(): RunRecord {
  return {
    run: null, job: null, dryRun: false, warnings: 0, problems: 0,
    held: [], progress: null, ended: null,
  };
}

/** Takes in one event. */
export function recordEvent(record: RunRecord, event: RunEventData): void {
  switch (event.type) {
    case 'run-started':
      record.run = event.run;
      record.job = event.job;
      record.dryRun = event.dryRun;
      break;
    case 'notice':
      if (event.notice.level === 'warning') record.warnings += 1;
      if (event.notice.level === 'problem') record.problems += 1;
      break;
    case 'progress': record.progress = event.progress; break;
    case 'held': record.held.push(event); break;
    case 'run-ended': record.ended = event; break;
    case 'meters':
    case 'sample':
    case 'unit-ended':
    case 'change': break;
  }
}

/** A notice about held removals: the end of the run tells them with their names. */
export function isToldAtEnd(record: RunRecord, event: RunEventData): boolean {
  return event.type === 'notice' && record.held.some(({ reason }) => event.notice.message.includes(reason));
}
