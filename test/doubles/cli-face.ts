import { EventEmitter } from 'node:events';
import { AppError } from '../../src-shared/errors.ts';
import type { Verdict } from '../../src-shared/diagnosis.ts';
import type { RunEventData } from '../../src-shared/run-event.ts';
import type { App, BackupRequest, DoctorCheck, RunHandle, RunOutcome } from '../../src-main/core/app.ts';
import type { RunRow, UnitRow } from '../../src-main/core/store/runs.ts';
import type { Face } from '../../src-main/cli/face.ts';
import type { Screen } from '../../src-main/cli/screen.ts';
import { createPipe } from './terminal.ts';

/** What a scripted run does: tells events, asks, waits, and ends. */
export type Script = (request: BackupRequest, tell: (event: RunEventData) => void, steered: Steered) => Promise<RunOutcome>;

/** What the face did to a run. */
export interface Steered {
  readonly calls: string[];
  /** Resolves when cancel or kill is called. */
  readonly ending: Promise<void>;
}

/** What commands of the terminal ask of the product; `serve` is tested with the real one. */
type CommandApp = Pick<App, 'backup' | 'history' | 'run' | 'doctor' | 'close'>;

export interface MemoryApp extends CommandApp {
  readonly requests: BackupRequest[];
  readonly steered: Steered;
  closed: boolean;
}

/** A product without an engine, for tests of the face. */
export function createMemoryApp(
  script: Script, history: { runs?: readonly RunRow[]; units?: readonly UnitRow[]; checks?: readonly DoctorCheck[]; verdict?: Verdict } = {},
): MemoryApp {
  let end = (): void => undefined;
  const steered: Steered = { calls: [], ending: new Promise((resolve) => { end = resolve; }) };
  const call = (name: string) => (): void => {
    steered.calls.push(name);
    if (name === 'cancel' || name === 'kill') end();
  };
  const app: MemoryApp = {
    requests: [],
    steered,
    closed: false,
    backup: (request, watch): RunHandle => {
      app.requests.push(request);
      return {
        ended: Promise.resolve().then(() => script(request, watch, steered)),
        cancel: call('cancel'), kill: call('kill'), pause: call('pause'), resume: call('resume'), setPoolSize: () => undefined, retryUnit: () => undefined,
      };
    },
    history: (limit) => (history.runs ?? []).slice(0, limit),
    run: (id) => {
      const run = history.runs?.find((row) => row.id === id);
      if (!run) throw new AppError({ kind: 'not-found', message: `There is no run ${id}`, hint: 'daybreak history lists them.' });
      return { run, units: history.units ?? [], verdict: history.verdict ?? null };
    },
    doctor: () => Promise.resolve(history.checks ?? []),
    close: () => {
      app.closed = true;
      return Promise.resolve();
    },
  };
  return app;
}

export interface TestFace extends Face {
  readonly signals: EventEmitter & Face['signals'];
  readonly stops: string[];
  readonly exits: number[];
  time: number;
}

/** A face on pipes, without a person; `more` replaces what a test needs otherwise. */
export function createFace(app: CommandApp | (() => Promise<CommandApp>), more: Partial<Face> & { output?: Screen } = {}): TestFace {
  const stops: string[] = [];
  const exits: number[] = [];
  const face: TestFace = {
    env: { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' },
    callerFolder: '/home/me',
    callName: 'daybreak',
    output: createPipe(),
    errors: createPipe(),
    ask: null,
    readSecret: () => Promise.resolve(''),
    onExit: () => () => undefined,
    stopSelf: () => stops.push('stopped'),
    exit: (code) => exits.push(code),
    dataFolder: () => '/home/me/.local/share/daybreak',
    openApp: async () => (typeof app === 'function' ? await app() : app) as App,
    ...more,
    stops,
    exits,
    time: 0,
    signals: new EventEmitter(),
    now: () => face.time,
  };
  return face;
}
