import { toAppError } from '../../src-shared/errors.ts';
import type { App, BackupRequest } from '../core/app.ts';
import type { BackupCommand } from './backup-options.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Face } from './face.ts';
import { createMirrorQuestion } from './first-mirror.ts';
import { createJsonReporter } from './json.ts';
import type { Reporter } from './reporter.ts';
import { steerBySignals } from './signals.ts';
import { styleFor } from './style.ts';
import { createPlainReporter } from './text-plain.ts';
import { createTerminalReporter } from './text-terminal.ts';

/** The reporter for where the output goes: JSON lines, a live picture, or plain lines. */
export function chooseReporter(face: Face, command: Pick<BackupCommand, 'json' | 'quiet' | 'verbose'>): Reporter {
  const options = { quiet: command.quiet, verbose: command.verbose, callName: face.callName };
  const style = styleFor(face, face.output);
  if (command.json) return createJsonReporter(face.output, face.errors, styleFor(face, face.errors), command.quiet);
  if (face.output.size() !== null && face.env['TERM'] !== 'dumb') {
    return createTerminalReporter(face.output, style, face, options);
  }
  return createPlainReporter(face.output, face.errors, style, options);
}

/** What a run is told by: the options that `backup` and `run` share. */
export type RunCommand = Pick<BackupCommand, 'dryRun' | 'json' | 'quiet' | 'verbose' | 'yes' | 'acceptNewMounts'>;

/** `daybreak backup`: runs it, tells how it goes, and answers with the exit code. Throws `AppError` where it cannot start. */
export async function runBackup(face: Face, command: BackupCommand): Promise<number> {
  const app = await face.openApp({ toBackUp: true });
  try {
    return await followRun(face, app, command, command);
  } catch (thrown) {
    throw toAppError(thrown);
  } finally {
    await app.close();
  }
}

/** Makes a backup in this process and tells how it goes, until its end. Answers with the exit code. */
export async function followRun(
  face: Face, app: Pick<App, 'backup'>, command: RunCommand, what: Pick<BackupRequest, 'jobId' | 'source' | 'destination' | 'options'>,
): Promise<number> {
  const reporter = chooseReporter(face, command);
  const stop = new AbortController();
  const handle = app.backup({
    ...(what.jobId === undefined ? {} : { jobId: what.jobId }),
    source: what.source,
    destination: what.destination,
    options: what.options,
    trigger: 'cli',
    dryRun: command.dryRun,
    reportChanges: command.dryRun || command.verbose,
    acceptNewMounts: command.acceptNewMounts,
    confirmFirstMirror: createMirrorQuestion(face, reporter, styleFor(face, face.errors), command.yes, stop.signal),
  }, (event) => reporter.event(event));
  // A reader that left (`| head`) must not stop a backup; but a dry run is nothing but its output.
  face.output.onClosed(() => {
    if (command.dryRun) handle.cancel();
  });
  const release = steerBySignals(face, handle, reporter, () => stop.abort());
  try {
    const outcome = await handle.ended;
    reporter.end(outcome);
    return exitCodeOf(outcome);
  } finally {
    release();
  }
}
