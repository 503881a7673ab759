import type { LocalCalls } from '../../src-shared/contract/local.ts';
import type { RunEventData } from '../../src-shared/run-event.ts';
import type { LiveRun } from '../../src-shared/run-view.ts';
import type { RunOutcome } from '../core/app.ts';
import { callError } from '../local/call-error.ts';
import { connectLocal, type LocalHost } from '../local/connect.ts';
import { chooseReporter } from './backup-command.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Face } from './face.ts';
import { findJob } from './find-job.ts';
import { createMirrorQuestion } from './first-mirror.ts';
import type { Reporter } from './reporter.ts';
import { steerBySignals } from './signals.ts';
import { styleFor } from './style.ts';

/** How a run of a running host is started and told. */
export interface ThroughHostOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly dryRun: boolean;
  /** Yes to the question before a first mirror. */
  readonly yes: boolean;
  readonly acceptNewMounts: boolean;
}

/** Names of a dry run that are asked for at once. */
const changesAtOnce = 500;

/** The host of this user's data folder; null where none runs. Throws `AppError` where one is there and cannot be asked. */
export async function findHost(socketPath: string): Promise<LocalHost | null> {
  try {
    return await connectLocal(socketPath);
  } catch (thrown) {
    const error = callError(thrown);
    if (error.kind === 'not-found') return null;
    throw error;
  }
}

/**
 * Starts a job (by id or name) in a running host and tells how it goes until it ends, as if it ran here: Ctrl-C cancels
 * that run, Ctrl-Z pauses it. Answers with the exit code; the connection is closed then. Throws `AppError`: not-found,
 * busy, or connection where the host ends before the run does.
 */
export async function startThroughHost(face: Face, host: LocalHost, job: string, options: ThroughHostOptions): Promise<number> {
  const { calls } = host;
  const ended = new AbortController();
  try {
    const { id } = findJob((await calls.jobs.list()).map((each) => each.job), job, face.callName);
    const { dryRun, acceptNewMounts } = options;
    const { key } = await calls.runs.start({ jobId: id, dryRun, acceptNewMounts });
    const reporter = chooseReporter(face, options);
    const steer = (what: 'cancel' | 'pause' | 'resume') => (): void => {
      // A run that has ended meanwhile has nothing to be told.
      calls.runs[what]({ key }).catch(() => undefined);
    };
    const release = steerBySignals(
      face, { cancel: steer('cancel'), kill: steer('cancel'), pause: steer('pause'), resume: steer('resume') }, reporter, () => ended.abort(),
    );
    try {
      void watchRun(face, calls, key, options.yes, reporter, ended.signal).catch(() => undefined);
      const outcome = await readLog(calls, key, reporter);
      if (dryRun) await tellChanges(calls, key, reporter);
      reporter.end(outcome);
      return exitCodeOf(outcome);
    } catch (thrown) {
      reporter.suspend();
      throw thrown;
    } finally {
      release();
    }
  } catch (thrown) {
    throw callError(thrown);
  } finally {
    ended.abort();
    host.close();
  }
}

/** Tells all but progress, until the run has ended. */
async function readLog(calls: LocalCalls, key: string, reporter: Reporter): Promise<RunOutcome> {
  for await (const { events } of await calls.runs.log({ key })) {
    for (const event of events) {
      reporter.event(event);
      if (event.type !== 'run-ended') continue;
      const { run, state, totals, durationMs, error } = event;
      return { run: run > 0 ? run : null, state, totals, durationMs, error };
    }
  }
  throw callError(null);
}

/** Tells progress from the feed, and asks what the run asks. */
async function watchRun(face: Face, calls: LocalCalls, key: string, yes: boolean, reporter: Reporter, stop: AbortSignal): Promise<void> {
  const ask = createMirrorQuestion(face, reporter, styleFor(face, face.errors), yes, stop);
  let told: LiveRun['progress'] = null;
  let hasAsked = false;
  for await (const { live } of await calls.feed.watch(undefined, { signal: stop })) {
    const view = live?.find((run) => run.key === key);
    if (view === undefined) continue;
    if (view.question !== null && !hasAsked) {
      hasAsked = true;
      void calls.runs.question({ key }).then(ask).then((answer) => calls.runs.answer({ key, yes: answer })).catch(() => undefined);
    }
    if (view.progress === null || view.outcome !== null || view.progress.elapsedMs === told?.elapsedMs) continue;
    told = view.progress;
    reporter.event({ type: 'progress', run: view.run ?? 0, at: face.now(), progress: told });
  }
}

/** What a dry run found: the log has no names. */
async function tellChanges(calls: LocalCalls, key: string, reporter: Reporter): Promise<void> {
  for (let offset = 0, total = 1; offset < total; offset += changesAtOnce) {
    const page = await calls.runs.changes({ key, offset, limit: changesAtOnce });
    total = page.total;
    for (const change of page.changes) reporter.event({ type: 'change', run: 0, at: 0, ...change } satisfies RunEventData);
  }
}
