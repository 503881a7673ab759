import { homedir } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { dataFolder } from '../core/store/data-folder.ts';
import { createForkHost } from '../fork-host.ts';
import { keepHeapSmall } from '../small-heap.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import type { Tuning } from '../core/ports.ts';
import type { Face } from './face.ts';
import { errorLines, renderLine } from './line.ts';
import { runCommandLine } from './program.ts';
import { createScreen } from './screen.ts';
import { styleFor } from './style.ts';

keepHeapSmall();
const workerHost = createForkHost();
// It gets ready on another core while this process loads the rest.
if (process.argv[2] === 'backup') workerHost.ahead('scout');
const face = createProcessFace();
process.on('uncaughtException', (thrown) => {
  tellError(thrown);
  process.exit(exitCodes.failed);
});
process.exitCode = await runCommandLine(process.argv.slice(2), face).catch(tellError);
// Whatever still holds the event loop must not hold the user.
await flush(process.stdout);
await flush(process.stderr);
process.exit();

/** Tells an error in one form for all of them, and answers with its exit code. */
function tellError(thrown: unknown): number {
  const error = toAppError(thrown);
  const { detail, ...plain } = error.toData();
  // What nobody foresaw is our mistake, and its stack is for an error report: on request.
  const isHidden = !(thrown instanceof AppError) && face.env['DAYBREAK_DEBUG'] === undefined;
  const shown = isHidden
    ? { ...plain, hint: plain.hint ?? 'This is a mistake in Daybreak. Set DAYBREAK_DEBUG=1 for details, and report it.' }
    : { ...plain, detail };
  const style = styleFor(face, face.errors);
  face.errors.write(errorLines(shown).map((each) => `${renderLine(style, each)}\n`).join(''));
  return exitCodeOfError(error);
}

function createProcessFace(): Face {
  return {
    env: process.env,
    // npm runs its scripts in the project's folder: the start script says where the user was.
    callerFolder: process.env['DAYBREAK_CALLER_FOLDER'] ?? process.cwd(),
    callName: process.env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'daybreak',
    output: createScreen(process.stdout),
    errors: createScreen(process.stderr),
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : null,
    readSecret: async (prompt) => (await import('./secret-input.ts')).readSecretLine(process.stdin, prompt),
    signals: process,
    now: () => Date.now(),
    dataFolder: () => dataFolder(process.env, process.platform, homedir()),
    onExit: (listener) => {
      process.on('exit', listener);
      return () => process.off('exit', listener);
    },
    stopSelf: () => process.kill(process.pid, 'SIGSTOP'),
    exit: (code) => process.exit(code),
    openApp: async ({ dataFolder: folder, toBackUp = false } = {}) => {
      if (toBackUp) workerHost.ahead('scout');
      await import('../core/interpret-schemas.ts');
      const { createApp } = await import('../core/app.ts');
      // Needed last: until here it would only take the processor from the two.
      if (toBackUp) workerHost.ahead('worker');
      const tuning = process.env['DAYBREAK_TUNING'];
      return createApp({
        workerHost,
        clock: { now: () => Date.now() },
        dataFolder: folder ?? dataFolder(process.env, process.platform, homedir()),
        env: process.env,
        version: packageJson.version,
        ...(tuning === undefined ? {} : { tuning: JSON.parse(tuning) as Tuning }),
      });
    },
  };
}

async function ask(question: string, stop: AbortSignal): Promise<string | null> {
  const { createInterface } = await import('node:readline/promises');
  // Not in raw mode: Ctrl-C and Ctrl-Z stay signals, and take the same way as always.
  const dialogue = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const askAgain = (): boolean => process.stderr.write(question);
  const endLine = (): boolean => process.stderr.write('\n');
  process.on('SIGCONT', askAgain);
  stop.addEventListener('abort', endLine);
  try {
    return await new Promise<string | null>((resolve) => {
      dialogue.once('close', () => {
        if (!stop.aborted) endLine();
        resolve(null);
      });
      dialogue.question(question, { signal: stop }).then(resolve, () => resolve(null));
    });
  } finally {
    process.off('SIGCONT', askAgain);
    stop.removeEventListener('abort', endLine);
    dialogue.removeAllListeners('close');
    dialogue.close();
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
