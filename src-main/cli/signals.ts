import type { RunHandle } from '../core/app.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import type { Reporter } from './reporter.ts';

/**
 * A key press at the terminal reaches the whole process group, and npm passes it on once more:
 * what follows within this many ms is the same press.
 */
const SAME_PRESS_MS = 400;

/** Time for a pause to reach the workers before this process stops itself, ms. */
const PAUSE_MS = 150;

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A run of this process, or of another host. */
export type Steerable = Pick<RunHandle, 'cancel' | 'kill' | 'pause' | 'resume'>;

/**
 * Lets signals steer a run: the first SIGINT, SIGTERM or SIGHUP cancels, the second kills, the third ends this
 * process; SIGTSTP (Ctrl-Z) pauses and stops, SIGCONT goes on. `onCancel` is called at the first.
 * Returns what ends the watch.
 */
export function steerBySignals(
  face: Pick<Face, 'signals' | 'now' | 'stopSelf' | 'exit'>, handle: Steerable, reporter: Reporter, onCancel: () => void,
): () => void {
  let presses = 0;
  let lastPress = Number.NEGATIVE_INFINITY;
  let stopping: NodeJS.Timeout | null = null;
  let isStopped = false;
  let pausedByUs = false;

  const onEnding = (): void => {
    if (face.now() - lastPress < SAME_PRESS_MS) return;
    lastPress = face.now();
    presses += 1;
    if (presses === 1) {
      onCancel();
      reporter.say('Cancelling, please wait a moment (press Ctrl-C again to kill)');
      handle.cancel();
    } else if (presses === 2) {
      reporter.say('Killing all rsync processes');
      handle.kill();
    } else {
      reporter.suspend();
      face.exit(exitCodes.cancelled);
    }
  };
  const onStop = (): void => {
    if (isStopped) return;
    isStopped = true;
    if (presses === 0) {
      pausedByUs = true;
      handle.pause();
    }
    reporter.suspend();
    stopping = setTimeout(() => face.stopSelf(), PAUSE_MS);
  };
  const onContinue = (): void => {
    if (stopping) clearTimeout(stopping);
    stopping = null;
    if (pausedByUs) handle.resume();
    pausedByUs = false;
    // Without a stop of ours nothing was given away: a SIGCONT from outside only draws anew.
    if (!isStopped) reporter.suspend();
    isStopped = false;
    reporter.resume();
  };

  for (const signal of endings) face.signals.on(signal, onEnding);
  face.signals.on('SIGTSTP', onStop);
  face.signals.on('SIGCONT', onContinue);
  return () => {
    if (stopping) clearTimeout(stopping);
    for (const signal of endings) face.signals.off(signal, onEnding);
    face.signals.off('SIGTSTP', onStop);
    face.signals.off('SIGCONT', onContinue);
  };
}
