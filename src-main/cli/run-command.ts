import { toAppError } from '../../src-shared/errors.ts';
import { hostSocket } from '../local/socket-path.ts';
import { watchBackup } from './backup-command.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Face } from './face.ts';
import { findJob } from './find-job.ts';
import { findHost, startThroughHost } from './through-host.ts';
import { usageError } from './usage.ts';

/** `daybreak run`, as commander reads it. */
export interface TypedRunOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly acceptNewMount?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/**
 * `daybreak run JOB`: a saved job, told as `backup` is; by the host of this data folder where one runs, else by this process.
 * Throws `AppError` not-found or invalid-input where JOB names none, or several.
 */
export async function runJob(face: Face, name: string, typed: TypedRunOptions): Promise<number> {
  if (typed.quiet === true && typed.verbose === true) throw usageError('--quiet and --verbose contradict each other', 'Leave out one of them.');
  const told = {
    dryRun: typed.dryRun === true, yes: typed.yes === true, acceptNewMounts: typed.acceptNewMount === true,
    json: typed.json === true, quiet: typed.quiet === true, verbose: typed.verbose === true,
  };
  const host = await findHost(hostSocket(face.dataFolder()));
  if (host) return startThroughHost(face, host, name, told);
  const app = await face.openApp({ toBackUp: true });
  try {
    const { id, source, destination, options } = findJob(app.store().jobs.list(), name, face.callName);
    const outcome = await watchBackup(face, app, {
      jobId: id, source, destination, options, trigger: 'cli', dryRun: told.dryRun, acceptNewMounts: told.acceptNewMounts,
      reportChanges: told.dryRun || told.verbose,
    }, told);
    await app.notify.deliverNow();
    return exitCodeOf(outcome);
  } catch (thrown) {
    throw toAppError(thrown);
  } finally {
    await app.close();
  }
}
