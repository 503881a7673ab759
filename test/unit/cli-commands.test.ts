import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { noTotals, RunState } from '../../src-shared/run.ts';
import type { Verdict } from '../../src-shared/diagnosis.ts';
import { openStore } from '../../src-main/core/store/open-store.ts';
import type { RunRow, UnitRow } from '../../src-main/core/store/runs.ts';
import { exitCodeOf } from '../../src-main/cli/exit-code.ts';
import { createMirrorQuestion } from '../../src-main/cli/first-mirror.ts';
import { THIN_SPACE } from '../../src-main/cli/format.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import { createFace, createMemoryApp, type Script } from '../doubles/cli-face.ts';
import { outcome, runEvents as events } from '../doubles/run-events.ts';
import { plainOptions, runEnd, startRun, temporaryFolder } from '../fixtures/databases/samples.ts';
import { createPipe, createTerminal } from '../doubles/terminal.ts';

const good: Script = (_, tell) => {
  tell(events.started());
  tell(events.ended());
  return Promise.resolve(outcome());
};
const untilEnded: Script = async (_, tell, steered) => {
  tell(events.started());
  tell(events.progress());
  await steered.ending;
  return outcome({ state: 'cancelled' });
};
const text = (screen: unknown): string => (screen as ReturnType<typeof createPipe>).text().replaceAll(THIN_SPACE, ' ');
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

describe('exit codes', () => {
  it.each([
    ['succeeded', 0], ['failed', 1], ['warned', 3], ['held', 4], ['unproven', 5], ['cancelled', 130], ['skipped', 1],
    ['interrupted', 1],
  ] as const)('%s ends with %d', (state, code) => {
    expect(exitCodeOf({ state, error: null })).toBe(code);
  });

  it('tell a mistake of the user from a failure', () => {
    expect(exitCodeOf({ state: 'failed', error: { kind: 'invalid-input', message: 'x' } })).toBe(2);
    expect(exitCodeOf({ state: 'failed', error: { kind: 'source-missing', message: 'x' } })).toBe(1);
  });

  it('are never 0 for any state but succeeded', () => {
    for (const state of RunState.options) expect(exitCodeOf({ state, error: null }) === 0).toBe(state === 'succeeded');
  });
});

describe('the command line', () => {
  it('hands a backup to the product as it was asked', async () => {
    const app = createMemoryApp(good);
    const face = createFace(app);
    expect(await runCommandLine(['backup', 'src/', '/dst', '--workers', '3', '--exclude', 'a', '--exclude', 'b', '-v',
      '--accept-new-mount'], face)).toBe(0);
    expect(app.requests).toEqual([expect.objectContaining({
      source: '/home/me/src', destination: '/dst', trigger: 'cli', dryRun: false, reportChanges: true, acceptNewMounts: true,
      options: expect.objectContaining({ workers: 3, excludes: ['a', 'b'], mirror: false }),
    })]);
    expect(app.closed).toBe(true);
  });

  it.each([
    [['bakup', 'a', 'b'], 'unknown command \'bakup\'', 'Did you mean backup?'],
    [['backup', 'a', 'b', '--worker', '3'], 'unknown option \'--worker\'', 'Did you mean --workers?'],
    [['backup', 'a'], 'missing required argument \'DEST\'', 'daybreak backup --help'],
    [['backup', 'a', 'b', 'c'], 'too many arguments', 'Quote names'],
    [['backup', 'a', 'b', '--workers'], '--workers', 'daybreak backup --help'],
    [['backup', 'a', 'b', '--workers', 'many'], '--workers many is not a number', 'auto'],
    [['backup', '', 'b'], 'SRC is empty', 'variable'],
    [['backup', 'nas:/x', 'b'], 'on another machine', 'Mount it'],
    [['history', 'last'], 'RUN last is not a whole number', 'first column'],
    [['history', '--limit', '0'], '--limit 0 is not a whole number', 'first column'],
    [['demo', '--json'], 'unknown option \'--json\'', 'daybreak demo --help'],
  ])('refuses %j with a message and a next step, before anything is opened', async (argv, message, hint) => {
    const openApp = vi.fn<() => Promise<never>>();
    const refused = runCommandLine(argv, createFace(openApp));
    await expect(refused).rejects.toThrow(AppError);
    const error = await refused.catch((thrown: unknown) => thrown) as AppError;
    expect(error).toMatchObject({ kind: 'invalid-input', message: expect.stringContaining(message),
      hint: expect.stringContaining(hint) });
    expect(openApp).not.toHaveBeenCalled();
  });

  it('explains every command with an example, in the way the user calls it', async () => {
    for (const command of ['backup', 'demo', 'history', 'approve', 'doctor']) {
      const face = createFace(createMemoryApp(good), { callName: 'npm start --' });
      expect(await runCommandLine([command, '--help'], face)).toBe(0);
      expect(text(face.output)).toContain(`Examples:\n  npm start -- ${command}`);
    }
    const face = createFace(createMemoryApp(good));
    expect(await runCommandLine([], face)).toBe(2);
    expect(text(face.output)).toContain('backup [options] <SRC> <DEST>');
  });

  it('draws on a terminal, but not on one that is dumb', async () => {
    const screen = createTerminal();
    await runCommandLine(['backup', 'a', 'b'], createFace(createMemoryApp(good), { output: screen }));
    expect(screen.lines()[1]).toContain('Done: ');
    const dumb = createTerminal();
    const script: Script = (request, tell, steered) => {
      tell(events.progress({ elapsedMs: 6000 }));
      return good(request, tell, steered);
    };
    await runCommandLine(['backup', 'a', 'b'], createFace(createMemoryApp(script), { output: dumb, env: { TERM: 'dumb' } }));
    expect(dumb.raw()).toContain('52 %');
    expect(dumb.raw()).not.toContain('\u001b');
  });
});

describe('signals', () => {
  function started(more: Parameters<typeof createFace>[1] = {}) {
    const app = createMemoryApp(untilEnded);
    const face = createFace(app, more);
    face.time = 10_000;
    return { app, face, ended: runCommandLine(['backup', 'a', 'b'], face) };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s cancels, says so and ends with 130', async (signal) => {
    const { app, face, ended } = started();
    await vi.waitFor(() => expect(app.requests).toHaveLength(1));
    await turn();
    face.signals.emit(signal);
    expect(await ended).toBe(130);
    expect(app.steered.calls).toEqual(['cancel']);
    expect(text(face.errors)).toMatch(/^Cancelling, please wait .*\nCancelled after/u);
    expect(face.signals.eventNames()).toEqual([]);
  });

  it('kill at the second press, end the process at the third; one press that arrives twice is one', async () => {
    const app = createMemoryApp(() => new Promise(() => undefined));
    const face = createFace(app);
    face.time = 10_000;
    void runCommandLine(['backup', 'a', 'b'], face);
    await vi.waitFor(() => expect(face.signals.listenerCount('SIGINT')).toBe(1));
    face.signals.emit('SIGINT');
    face.time += 50;
    face.signals.emit('SIGINT');
    expect(app.steered.calls).toEqual(['cancel']);
    face.time += 1000;
    face.signals.emit('SIGINT');
    expect(app.steered.calls).toEqual(['cancel', 'kill']);
    face.time += 1000;
    face.signals.emit('SIGTERM');
    expect(face.exits).toEqual([130]);
  });

  it('pause at Ctrl-Z with the terminal given back, and go on at SIGCONT', async () => {
    const screen = createTerminal();
    const { app, face, ended } = started({ output: screen });
    await vi.waitFor(() => expect(screen.cursorHidden()).toBe(true));
    face.signals.emit('SIGTSTP');
    expect(app.steered.calls).toEqual(['pause']);
    expect(screen.cursorHidden()).toBe(false);
    await vi.waitFor(() => expect(face.stops).toEqual(['stopped']));
    face.signals.emit('SIGCONT');
    expect(app.steered.calls).toEqual(['pause', 'resume']);
    expect(screen.cursorHidden()).toBe(true);
    face.signals.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(screen.cursorHidden()).toBe(false);
  });

  it('do not draw over an open question when Ctrl-Z comes in between', async () => {
    const screen = createTerminal();
    let answer: (text: string) => void = () => undefined;
    const app = createMemoryApp(async (request, tell) => {
      tell(events.started());
      tell(events.progress());
      const isYes = await request.confirmFirstMirror({ destination: '/dst', entries: 1, names: ['old'] });
      return outcome({ state: isYes ? 'succeeded' : 'failed' });
    });
    const face = createFace(app, { output: screen, errors: screen, ask: () => new Promise((resolve) => { answer = resolve; }) });
    const ended = runCommandLine(['backup', 'a', 'b', '--delete'], face);
    await vi.waitFor(() => expect(screen.raw()).toContain('would be deleted'));
    face.signals.emit('SIGTSTP');
    await vi.waitFor(() => expect(face.stops).toEqual(['stopped']));
    face.signals.emit('SIGCONT');
    expect(screen.cursorHidden()).toBe(false);
    answer('y');
    expect(await ended).toBe(0);
  });

  it('let a SIGCONT that nobody asked for do no more than draw', async () => {
    const { app, face, ended } = started();
    await vi.waitFor(() => expect(face.signals.listenerCount('SIGINT')).toBe(1));
    face.signals.emit('SIGCONT');
    face.signals.emit('SIGINT');
    await ended;
    expect(app.steered.calls).toEqual(['cancel']);
  });
});

describe('a reader who leaves', () => {
  it('does not stop a backup, but ends a dry run, which is nothing but its output', async () => {
    for (const [argv, calls] of [[['backup', 'a', 'b'], []], [['backup', 'a', 'b', '-n'], ['cancel']]] as const) {
      const app = createMemoryApp(untilEnded);
      const output = createPipe();
      const face = createFace(app, { output });
      const ended = runCommandLine(argv, face);
      await vi.waitFor(() => expect(face.signals.listenerCount('SIGINT')).toBe(1));
      output.close();
      expect(app.steered.calls).toEqual(calls);
      face.time = 10_000;
      face.signals.emit('SIGINT');
      await ended;
    }
  });
});

describe('the question before a first mirror', () => {
  const preview = { destination: '/dst', entries: 1234,
    names: Array.from({ length: 1000 }, (_, index) => `old/${String(index).padStart(3, '0')}`) };
  const style = { paint: (_: string, plain: string) => plain, utf8: true };
  const silent = { event: () => undefined, say: () => undefined, suspend: () => undefined, resume: () => undefined,
    end: () => undefined };

  function asked(answer: string | null, yes = false) {
    const errors = createPipe();
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    const question = createMirrorQuestion({ ask, errors }, silent, style, yes, new AbortController().signal);
    return { errors, questions, answer: question(preview) };
  }

  it.each([['y', true], [' YES ', true], ['', false], ['n', false], ['yep', false], ['j', false],
    [null, false]])('takes %j for %s', async (typed, expected) => {
    expect(await asked(typed).answer).toBe(expected);
  });

  it('shows what would go: the count, the first 20 names, the rest counted', async () => {
    const { errors, questions, answer } = asked('y');
    await answer;
    const shown = text(errors);
    expect(shown).toContain('first mirror into /dst');
    expect(shown).toContain('1 234 entries there would be deleted');
    expect(shown).toContain('  old/019\n');
    expect(shown).not.toContain('old/020');
    expect(shown).toContain('and 1 214 more');
    expect(questions).toEqual([expect.stringContaining('[y/N]')]);
  });

  it('is a no without a terminal, with how to go on; and a yes with --yes, asking nobody', async () => {
    const errors = createPipe();
    const nobody = createMirrorQuestion({ ask: null, errors }, silent, style, false, new AbortController().signal);
    expect(await nobody(preview)).toBe(false);
    expect(text(errors)).toContain('Run again with --yes');
    const { questions, answer } = asked(null, true);
    expect(await answer).toBe(true);
    expect(questions).toEqual([]);
  });
});

const run = (id: number, more: Partial<RunRow> = {}): RunRow => ({
  id, jobId: 'j', source: '/data/prod', destination: '/mnt/backup', trigger: 'cli', state: 'succeeded',
  startedAt: Date.UTC(2026, 0, 31, 22),
  endedAt: Date.UTC(2026, 0, 31, 22, 2, 14), totals: { ...noTotals, entries: 12_345, bytes: 3_400_000_000,
    bytesTransferred: 1_200_000_000 },
  notices: [], limitedBy: null, error: null, rsyncVersion: '3.5.0', ...more,
});
const unit = (number: number, more: Partial<UnitRow> = {}): UnitRow => ({
  unit: number, kind: 'group', name: `omega/${number}/`, state: 'done', attempt: 1, lane: 0, startedAt: 0,
  durationMs: 5000 - number, entries: 100,
  bytes: 1000, filesTransferred: 1, bytesTransferred: 10, code: 0, argv: ['-aH', '--', 'it\'s here', '/dst/'],
  lastLines: [], ...more,
});

describe('history', () => {
  it('lists runs with the failed ones told by their word', async () => {
    const face = createFace(createMemoryApp(good, { runs: [run(18, { state: 'failed' }), run(17),
      run(16, { state: 'running', endedAt: null })] }));
    expect(await runCommandLine(['history', '--limit', '3'], face)).toBe(0);
    const lines = text(face.output).split('\n');
    expect(lines[0]).toMatch(/^run {2}when \(.+\) +state +duration +entries +size +copied +source +destination$/u);
    expect(lines[1]).toMatch(/^ 18 .* failed +2 min 14 s +12 345 +3\.4 GB +1\.2 GB +\/data\/prod +\/mnt\/backup$/u);
    expect(lines[3]).toMatch(/^ 16 .* running +- /u);
  });

  it('says how to start when there is none', async () => {
    const face = createFace(createMemoryApp(good));
    await runCommandLine(['history'], face);
    expect(text(face.output)).toBe('No runs yet. Start one: daybreak backup SRC DEST\n');
  });

  it('shows a run: facts, notices, slowest units, and the last lines of failed ones', async () => {
    const units = Array.from({ length: 25 }, (_, index) => unit(index + 1,
      index === 23 ? { state: 'failed', code: 12, lastLines: ['rsync error: x'] } : {}));
    const runs = [run(17, { state: 'failed', notices: [{ level: 'warning', message: 'omega/: odd', hint: 'Look.' }],
      limitedBy: 'CPU.' })];
    const face = createFace(createMemoryApp(good, { runs, units }));
    expect(await runCommandLine(['history', '17'], face)).toBe(0);
    const shown = text(face.output);
    expect(shown).toContain('state        failed\nsource       /data/prod\n');
    expect(shown).toContain('limited by   CPU.');
    expect(shown).toContain('warning: omega/: odd\n  Look.');
    expect(shown).toContain('omega/20/\n');
    expect(shown).toContain('and 5 faster units (all with --all)');
    expect(shown).toContain('unit 24 failed: omega/24/\n  rsync -aH -- \'it\'\\\'\'s here\' /dst/\n  | rsync error: x');
    const all = createFace(createMemoryApp(good, { runs, units }));
    await runCommandLine(['history', '17', '--all'], all);
    expect(text(all.output)).toContain('omega/25/\n');
  });

  it('says what would have helped', async () => {
    const verdict: Verdict = {
      cause: 'source-latency', confidence: 0.9, title: 'Latency of /data/prod', evidence: [{ text: 'CPU 9 % busy' }],
      advice: [
        { text: 'More workers: 8 -> 24', gain: 2.6, options: { workers: 24 } }, { text: 'A way to /data/prod with half the latency', gain: null, options: null },
        { text: 'A larger disk will not help', gain: 1, options: null },
      ],
    };
    const face = createFace(createMemoryApp(good, { runs: [run(17)], verdict }));
    await runCommandLine(['history', '17'], face);
    expect(text(face.output)).toContain([
      'What would help: More workers: 8 -> 24: about 2.6 times as fast.', '  A way to /data/prod with half the latency.', '  A larger disk will not help.', '',
    ].join('\n'));
  });

  it('compares two runs, but not one with nothing', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder.path);
    const { id } = store.jobs.create({ name: 'Nightly', source: '/data/prod', destination: '/backup', options: plainOptions }, 1);
    for (const at of [61_000, 121_000]) store.runs.end(startRun(store, id, { at: 1000 }), runEnd({ at, totals: { ...noTotals, entries: 1000 } }));
    const face = createFace({ ...createMemoryApp(good), store: () => store } as ReturnType<typeof createMemoryApp>);
    expect(await runCommandLine(['history', '2', '--compare', '1'], face)).toBe(0);
    expect(text(face.output)).toContain('Run 2 took 2.0 times as long as run 1. It had about as much to do');
    await expect(runCommandLine(['history', '--compare', '1'], createFace(createMemoryApp(good)))).rejects.toMatchObject({ kind: 'invalid-input' });
    store.close();
    folder.remove();
  });

  it('is one JSON document with --json', async () => {
    const app = createMemoryApp(good, { runs: [run(17)], units: [unit(1)] });
    const list = createFace(app);
    await runCommandLine(['history', '--json'], list);
    expect(JSON.parse(text(list.output))).toEqual({ runs: [run(17)] });
    const one = createFace(app);
    await runCommandLine(['history', '17', '--json'], one);
    expect(JSON.parse(text(one.output))).toEqual({ run: run(17), units: [unit(1)], verdict: null });
  });

  it('of a run that is not there is an error, and the product is closed', async () => {
    const app = createMemoryApp(good);
    await expect(runCommandLine(['history', '99'], createFace(app))).rejects.toMatchObject({ kind: 'not-found' });
    expect(app.closed).toBe(true);
  });
});

describe('doctor', () => {
  const checks = [
    { name: 'rsync', state: 'good', message: '3.5.0' },
    { name: 'owners', state: 'warning', message: 'not kept', hint: 'Run as root.' },
  ] as const;

  it('says each finding in a word, with its next step', async () => {
    const face = createFace(createMemoryApp(good, { checks }));
    expect(await runCommandLine(['doctor'], face)).toBe(0);
    expect(text(face.output)).toBe([
      'good     rsync   3.5.0', 'warning  owners  not kept', '                 Run as root.', 'Ready, with warnings: 1.', '',
    ].join('\n'));
  });

  it('ends with 1 where a backup could not run, also when the product cannot even be built', async () => {
    const problem = createFace(createMemoryApp(good, { checks: [{ name: 'rsync', state: 'problem', message: 'not found' }] }));
    expect(await runCommandLine(['doctor'], problem)).toBe(1);
    const broken = createFace(() => Promise.reject(new AppError({ kind: 'data-damaged', message: 'The history is damaged',
      hint: 'Restore it.' })));
    expect(await runCommandLine(['doctor', '--json'], broken)).toBe(1);
    expect(JSON.parse(text(broken.output))).toEqual({
      checks: [{ name: 'start', state: 'problem', message: 'The history is damaged', hint: 'Restore it.' }],
    });
  });
});
