import type { LiveRun } from '../../src-shared/run-view.ts';
import type { App } from '../core/app.ts';
import type { Face } from './face.ts';
import { printable } from './text.ts';

/** What a host without a person in front of it writes: lines for a journal. */
export interface ServiceLog {
  readonly info: (text: string) => void;
  readonly warning: (text: string) => void;
}

/** Priorities as sd-daemon(3) numbers them. */
const priorities = { info: 6, warning: 4 } as const;

/** Plain lines; with their priority where systemd's journal reads them (JOURNAL_STREAM). Never holds a start link. */
export function createServiceLog(face: Pick<Face, 'env' | 'output' | 'errors'>): ServiceLog {
  const isJournal = (face.env['JOURNAL_STREAM'] ?? '') !== '';
  const lineOf = (level: keyof typeof priorities, text: string): string => `${isJournal ? `<${priorities[level]}>` : ''}${printable(text)}\n`;
  return {
    info: (text) => face.output.write(lineOf('info', text)),
    warning: (text) => face.errors.write(lineOf('warning', text)),
  };
}

/** Tells of every run of this host when it starts and when it ends. */
export function logRuns({ live }: Pick<App, 'live'>, log: ServiceLog): void {
  live.onStarted((run) => log.info(`${nameOf(run)} started (${run.trigger}): ${run.source} -> ${run.destination}`));
  live.onEnded((run) => {
    const state = run.outcome?.state ?? 'ended';
    const error = run.outcome?.error;
    const words = `${nameOf(run)} ${state}${error ? `: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}` : ''}`;
    if (state === 'succeeded') log.info(words);
    else log.warning(words);
  });
}

function nameOf({ run, jobName }: LiveRun): string {
  return `${run === null ? 'Dry run' : `Run ${run}`} of "${jobName}"`;
}
