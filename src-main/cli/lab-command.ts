import { setTimeout as wait } from 'node:timers/promises';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { LabRequest, LabState } from '../../src-shared/lab.ts';
import type { App } from '../core/app.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { findJob } from './find-job.ts';
import { createLiveArea } from './live-area.ts';
import { renderPlain } from './line.ts';
import { readLabNumbers, type TypedLabOptions } from './lab-options.ts';
import { labReport, progressLine } from './lab-report.ts';
import { localPath } from './local-path.ts';
import { styleFor } from './style.ts';
import { fitMiddle } from './text.ts';

/** As often as an eye can follow, ms. */
const lookEveryMs = 200;

/** `daybreak lab`: measures ways to copy SRC to DEST. Exit code 130 where it was cancelled. Throws `AppError` where it failed. */
export async function runLab(face: Face, source: string, destination: string, typed: TypedLabOptions): Promise<number> {
  const numbers = readLabNumbers(typed);
  const places = { source: localPath('SRC', source, face.callerFolder), destination: localPath('DEST', destination, face.callerFolder) };
  const app = await face.openApp();
  try {
    const job = typed.job === undefined ? null : findJob(app.jobs.list().map((each) => each.job), typed.job, face.callName);
    const state = await follow(face, app, { ...places, ...numbers, jobId: job?.id ?? null, excludes: [...(typed.exclude ?? job?.options.excludes ?? [])] });
    if (state.phase === 'cancelled') {
      face.errors.write('Cancelled; the scratch folder is removed.\n');
      return exitCodes.cancelled;
    }
    if (state.error) throw new AppError(state.error);
    if (!state.result) throw new AppError({ kind: 'internal', message: 'The Lab ended without a result' });
    const style = styleFor(face, face.output);
    const report = labReport(state.result, { width: face.output.size()?.columns ?? null, utf8: style.utf8, callName: face.callName });
    face.output.write(typed.json === true ? `${JSON.stringify(state.result)}\n` : report.map((each) => `${style.paint(each.tone, renderPlain(style, each.text))}\n`).join(''));
    return exitCodes.ok;
  } catch (thrown) {
    throw toAppError(thrown);
  } finally {
    await app.close();
  }
}

/** Starts the Lab and tells how it goes, on a terminal's errors; the first signal cancels it, and the second ends this process. */
async function follow(face: Face, app: Pick<App, 'lab'>, request: LabRequest): Promise<LabState> {
  const key = app.lab.start(request);
  let presses = 0;
  const onEnding = (): void => {
    presses++;
    if (presses > 1) return face.exit(exitCodes.cancelled);
    void app.lab.cancel(key);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) face.signals.on(signal, onEnding);
  const isTerminal = face.errors.size() !== null && face.env['TERM'] !== 'dumb';
  const area = isTerminal ? createLiveArea(face.errors) : null;
  const style = styleFor(face, face.errors);
  try {
    for (;;) {
      const state = app.lab.state(key);
      if (state.phase === 'ended' || state.phase === 'cancelled' || state.phase === 'failed') return state;
      const plain = fitMiddle(renderPlain(style, progressLine(state)), (face.errors.size()?.columns ?? 80) - 1);
      area?.draw([{ plain, painted: plain }]);
      await wait(lookEveryMs);
    }
  } finally {
    area?.clear();
    for (const signal of signals) face.signals.off(signal, onEnding);
  }
}
