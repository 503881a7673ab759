import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunEventData } from '../../src-shared/run-event.ts';
import { createChangeList } from '../../src-main/cli/change-list.ts';
import { THIN_SPACE } from '../../src-main/cli/format.ts';
import { frameLines } from '../../src-main/cli/frame.ts';
import { createJsonReporter } from '../../src-main/cli/json.ts';
import type { Style } from '../../src-main/cli/line.ts';
import { createPaint } from '../../src-main/cli/paint.ts';
import type { ReporterOptions } from '../../src-main/cli/reporter.ts';
import { cellWidth } from '../../src-main/cli/text.ts';
import { createPlainReporter } from '../../src-main/cli/text-plain.ts';
import { createTerminalReporter } from '../../src-main/cli/text-terminal.ts';
import { lane, outcome, runEvents as events } from '../doubles/run-events.ts';
import { createPipe, createTerminal } from '../doubles/terminal.ts';

const style: Style = { paint: createPaint(false), utf8: true };
const ascii: Style = { paint: createPaint(false), utf8: false };
const usual: ReporterOptions = { quiet: false, verbose: false, callName: 'daybreak' };
const plainSpaces = (text: string): string => text.replaceAll(THIN_SPACE, ' ');

function plain(options: Partial<ReporterOptions> = {}) {
  const output = createPipe();
  const errors = createPipe();
  const reporter = createPlainReporter(output, errors, style, { ...usual, ...options });
  return { reporter, out: () => plainSpaces(output.text()).split('\n').slice(0, -1),
    err: () => plainSpaces(errors.text()).split('\n').slice(0, -1) };
}

describe('plain lines', () => {
  it('tell a good run from its start to the next step', () => {
    const { reporter, out, err } = plain();
    reporter.event(events.started());
    reporter.event(events.progress({ elapsedMs: 5200 }));
    reporter.event(events.unitEnded());
    reporter.event(events.ended({ limitedBy: 'CPU: the 2 cores were 96 % busy.' }));
    reporter.end(outcome());
    expect(out()).toEqual([
      'Backing up: /data/prod -> /mnt/backup',
      '52 %, 12 345 of 23 456 entries, 1.2 GB, 84.0 MB/s, 1 230 files/s, 12 of 40 units, about 2 min left',
      'Done: /data/prod -> /mnt/backup in 2 min 14 s.',
      '12 345 entries (3.4 GB) looked at: 120 files copied (1.2 GB), 45 created, 3 deleted; 9.0 MB/s, 92 files/s.',
      'What limited it: CPU: the 2 cores were 96 % busy.',
      'Details: daybreak history 17',
    ]);
    expect(err()).toEqual([]);
  });

  it('say so when nothing had changed', () => {
    const { reporter, out } = plain();
    reporter.event(events.started());
    reporter.end(outcome({ totals: { filesTransferred: 0, bytesTransferred: 0, created: 0, deleted: 0 } }));
    expect(out()).toContain('12 345 entries (3.4 GB) looked at: nothing had changed.');
  });

  it('come every 5 s at first and every minute in a long run, and at every 10 %', () => {
    const { reporter, out } = plain();
    for (let second = 0; second <= 60; second++) reporter.event(events.progress({ elapsedMs: second * 1000, fraction: null }));
    expect(out()).toHaveLength(12);
    for (let second = 3600; second < 7200; second++) reporter.event(events.progress({ elapsedMs: second * 1000,
      fraction: null }));
    expect(out()).toHaveLength(12 + 60);
    reporter.event(events.progress({ elapsedMs: 7_205_000, fraction: 0.31 }));
    expect(out()).toHaveLength(12 + 61);
  });

  it('put what went wrong on stderr, with the next step', () => {
    const { reporter, out, err } = plain();
    reporter.event(events.started());
    reporter.event(events.notice('info', 'Owners are not kept.'));
    reporter.event(events.notice('warning', 'omega/: 3 files could not be read', 'Run as a user who may read them.'));
    reporter.event(events.unitEnded({ state: 'failed', code: 12, attempt: 3 }));
    reporter.end(outcome({ state: 'failed', error: { kind: 'connection', message: 'The share went away', hint: 'Mount it.',
      detail: 'a\nb' } }));
    expect(out()).toEqual(['Backing up: /data/prod -> /mnt/backup', 'note: Owners are not kept.']);
    expect(err()).toEqual([
      'warning: omega/: 3 files could not be read',
      '  Run as a user who may read them.',
      'unit 3 failed: omega/shots/ (1 234 entries, 5.0 MB in 3.2 s, rsync exit code 12, attempt 3)',
      'daybreak: The share went away',
      '  Mount it.',
      '  | a',
      '  | b',
      '12 345 entries (3.4 GB) looked at: 120 files copied (1.2 GB), 45 created, 3 deleted; 9.0 MB/s, 92 files/s.',
      'Details: daybreak history 17',
    ]);
  });

  it('say nothing of a good run when quiet, but all that is wrong', () => {
    const good = plain({ quiet: true });
    good.reporter.event(events.started());
    good.reporter.event(events.progress({ elapsedMs: 10_000 }));
    good.reporter.event(events.notice('info', 'Owners are not kept.'));
    good.reporter.end(outcome());
    expect([...good.out(), ...good.err()]).toEqual([]);
    const bad = plain({ quiet: true });
    bad.reporter.event(events.started());
    bad.reporter.event(events.notice('warning', 'omega/: 3 files could not be read'));
    bad.reporter.end(outcome({ state: 'warned' }));
    expect(bad.out()).toEqual([]);
    expect(bad.err()).toEqual([
      'warning: omega/: 3 files could not be read',
      'Done with warnings: /data/prod -> /mnt/backup in 2 min 14 s; not everything is as at the source, see above.',
      expect.stringContaining('looked at'),
      'Details: daybreak history 17',
    ]);
  });

  it('name units and changed names when verbose', () => {
    const { reporter, out } = plain({ verbose: true });
    reporter.event(events.started());
    reporter.event(events.change('update', 'omega/a.txt'));
    reporter.event(events.unitEnded());
    expect(out().slice(1)).toEqual(['update omega/a.txt', 'unit 3 done: omega/shots/ (1 234 entries, 5.0 MB in 3.2 s)']);
  });

  it('list a dry run with its deletions first', () => {
    const { reporter, out } = plain();
    reporter.event(events.started({ dryRun: true, run: 0 }));
    reporter.event(events.change('create', 'alpha/new/'));
    reporter.event(events.change('delete', 'omega/gone.txt'));
    reporter.event(events.change('update', 'alpha/a'));
    reporter.event(events.change('delete', 'omega/gone too.txt'));
    reporter.end(outcome({ run: null, totals: { deleted: 2 } }));
    expect(out()).toEqual([
      'Dry run: /data/prod -> /mnt/backup',
      'delete omega/gone.txt', 'delete omega/gone too.txt', 'create alpha/new/', 'update alpha/a',
      'Dry run: /data/prod -> /mnt/backup looked at in 2 min 14 s, nothing was changed.',
      '12 345 entries (3.4 GB) looked at: 120 files would be copied (1.2 GB), 45 would be created, 2 would be deleted.',
    ]);
  });

  it('say what is held, why, and how to let it go', () => {
    const { reporter, err } = plain();
    reporter.event(events.started());
    reporter.event(events.held({ names: Array.from({ length: 30 }, (_, index) => `omega/${String(index).padStart(2, '0')}`),
      entries: 30 }));
    // The same in the run's notices, for the history.
    reporter.event(events.notice('warning', 'Held: omega would become empty'));
    reporter.end(outcome({ state: 'held', totals: { held: 30 } }));
    expect(err().filter((text) => text.includes('would become empty'))).toHaveLength(1);
    expect(err()).toContain('30 entries (2.0 kB) would be deleted: omega would become empty');
    expect(err()).toContain('  omega/19');
    expect(err()).not.toContain('  omega/20');
    expect(err()).toContain('  and 10 more');
    expect(err()).toContain('  --max-delete 30   (as many as now, no more), or --max-delete 100% (no limit)');
  });

  it('does not speak of deletions where an alarm holds a folder', () => {
    const { reporter, out, err } = plain();
    reporter.end(outcome({ state: 'held' }));
    expect([...out(), ...err()].join('\n')).toMatch(/Held: .* but for what an alarm holds: see above\./u);
    expect([...out(), ...err()].join('\n')).not.toContain('--max-delete');
  });

  it.each([
    ['cancelled', 'Cancelled after 2 min 14 s, before anything was copied.'],
    ['unproven',
      'Unproven: /data/prod -> /mnt/backup: rsync reported success, but a check after the run failed. Do not rely on this backup.'],
    ['interrupted', 'Ended as interrupted: /data/prod -> /mnt/backup after 2 min 14 s. Run it again.'],
  ] as const)('say what %s means', (state, text) => {
    const { reporter, err } = plain();
    reporter.event(events.started());
    reporter.end(outcome({ state }));
    expect(err()[0]).toBe(text);
  });

  it('do not count what a cancelled rsync never told', () => {
    const { reporter, out, err } = plain();
    reporter.event(events.started());
    reporter.event(events.progress());
    reporter.event(events.ended({ state: 'cancelled', limitedBy: 'CPU.' }));
    reporter.end(outcome({ state: 'cancelled' }));
    expect(out()).toHaveLength(2);
    expect(err()).toEqual([
      'Cancelled after 2 min 14 s. What was copied is kept; the next run goes on from there.',
      'Units finished until then: 12 345 entries (3.4 GB) looked at, 120 files copied (1.2 GB), 45 created, 3 deleted.',
      'Details: daybreak history 17',
    ]);
  });

  it('of a run that was refused hold the reason and nothing else', () => {
    const { reporter, out, err } = plain();
    const totals = { entries: 0, bytes: 0, filesTransferred: 0, bytesTransferred: 0, created: 0, deleted: 0 };
    reporter.end(outcome({ run: null, state: 'failed', totals,
      error: { kind: 'source-missing', message: 'There is no folder /data/prod', hint: 'Is it mounted?' } }));
    expect([...out(), ...err()]).toEqual(['daybreak: There is no folder /data/prod', '  Is it mounted?']);
  });

  it('hold no control characters, whatever a name holds', () => {
    const { reporter, out } = plain({ verbose: true });
    reporter.event(events.change('create', 'evil\u001b]0;title\u0007\n.txt'));
    expect(out()).toEqual(['create evil\\#033]0;title\\#007\\#012.txt']);
  });

  it('are ASCII but for names where the locale is', () => {
    const output = createPipe();
    createPlainReporter(output, createPipe(), ascii, usual).event(events.progress({ elapsedMs: 5000 }));
    expect(output.text()).toMatch(/^[ -~]+\n$/u);
  });
});

describe('a long dry run', () => {
  it('keeps its order and every name when it no longer fits into memory', () => {
    const list = createChangeList(10);
    const expected: string[] = [];
    for (let index = 0; index < 1000; index++) list.add(events.change('create',
      `Größe ${index}\n`) as Parameters<typeof list.add>[0]);
    for (let index = 0; index < 25; index++) {
      list.add(events.change('delete', `old ${index}`, 3) as Parameters<typeof list.add>[0]);
      expected.push(`delete old ${index}`);
    }
    for (let index = 0; index < 1000; index++) expected.push(`create Größe ${index}\n`);
    const got: string[] = [];
    list.flush((text) => got.push(text));
    expect(got).toEqual(expected);
    list.flush((text) => got.push(text));
    expect(got).toHaveLength(1025);
  });
});

describe('JSON lines', () => {
  it('are the events, one per line, each valid, and nothing else is on stdout', () => {
    const output = createPipe();
    const errors = createPipe();
    const reporter = createJsonReporter(output, errors, style, false);
    const told = [events.started(), events.notice('warning', 'line\nbreak'), events.progress(), events.unitEnded(), events.held(),
      events.ended()];
    for (const event of told) reporter.event(event);
    reporter.say('Cancelling');
    reporter.end(outcome({ state: 'failed', error: { kind: 'timeout', message: 'late' } }));
    const lines = output.text().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((text) => RunEventData.parse(JSON.parse(text)))).toEqual(told);
    expect(errors.text()).toBe('Cancelling\ndaybreak: late\n');
  });

  it('leave progress out when quiet, or when the reader is behind, but nothing else', () => {
    const output = createPipe();
    const reporter = createJsonReporter(output, createPipe(), style, false);
    output.behind = true;
    reporter.event(events.progress());
    reporter.event(events.change('create', 'a'));
    expect(output.text().trim().split('\n')).toHaveLength(1);
    const quiet = createPipe();
    createJsonReporter(quiet, createPipe(), style, true).event(events.progress());
    expect(quiet.text()).toBe('');
  });
});

describe('a frame', () => {
  const lanes = Array.from({ length: 8 }, (_, index) => lane(index,
    `omega/shots/a-rather-long-folder-name/plates/${index}/日本語/version-${index}`));

  it('holds the bar, the figures and a line per lane', () => {
    const input = { progress: progressOf({ lanes: lanes.slice(0, 2) }), at: 1_000_000, now: 1_000_000, columns: 100, rows: 24 };
    expect(frameLines(input, style).map((each) => plainSpaces(each.plain))).toEqual([
      ` ${'█'.repeat(21)}${'░'.repeat(19)} 52 %  about 2 min left`,
      ' 12 345 of 23 456 entries · 1.2 GB · 84.0 MB/s · 1 230 files/s · 12 of 40 units · 2 min 10 s so far',
      '  1  omega/shots/a-rather-long-folder-name/plates/0/日本語/version-0       800 entries         10 s',
      '  2  omega/shots/a-rather-long-folder-name/plates/1/日本語/version-1       800 entries         10 s',
    ]);
  });

  it.each([20, 30, 40, 60, 79, 80, 120, 200])('of %d columns never reaches the last one, in any state', (columns) => {
    for (const state of ['planning', 'running', 'paused', 'cancelling'] as const) {
      for (const fraction of [null, 0, 0.525, 1]) {
        const progress = progressOf({ lanes, state, fraction, leftMs: fraction === null ? null : 8_040_000,
          entriesKnown: 123_456_789 });
        for (const drawnIn of [style, ascii]) {
          for (const { plain: text } of frameLines({ progress, at: 0, now: 0, columns, rows: 24 }, drawnIn)) {
            expect(cellWidth(text)).toBeLessThan(columns);
          }
        }
      }
    }
  });

  it('of 40 columns still shows the share, the time left and the entries', () => {
    const text = frameLines({ progress: progressOf({ lanes }), at: 0, now: 0, columns: 40, rows: 24 },
      style).map((each) => plainSpaces(each.plain)).join('\n');
    expect(text).toContain('52 %  about 2 min left');
    expect(text).toContain('12 345 of 23 456 entries');
    expect(text).toContain('omega/shots/…語/version-0');
  });

  it.each([1, 2, 3, 4, 6, 10, 11])('of %d rows leaves room for the cursor', (rows) => {
    const lines = frameLines({ progress: progressOf({ lanes }), at: 0, now: 0, columns: 80, rows }, style);
    expect(lines.length).toBeLessThan(Math.max(rows, 3));
  });

  it('counts the lanes that do not fit', () => {
    const lines = frameLines({ progress: progressOf({ lanes }), at: 0, now: 0, columns: 80, rows: 6 }, style);
    expect(lines).toHaveLength(5);
    expect(lines[4]?.plain).toBe(' and 6 more at work');
  });

  it('lets the clocks go on between two events, but not while paused', () => {
    const at = 1_000_000;
    const drawn = (state: 'running' | 'paused') =>
      frameLines({ progress: progressOf({ state, lanes: lanes.slice(0, 1) }), at, now: at + 2000, columns: 120, rows: 9 }, style)
        .map((each) => each.plain).join('\n');
    expect(drawn('running')).toContain('12 s');
    expect(drawn('running')).toContain('2 min 12 s so far');
    expect(drawn('paused')).toContain('10 s');
    expect(drawn('paused')).toContain('paused');
  });
});

function progressOf(more: Parameters<typeof events.progress>[0]) {
  const event = events.progress(more);
  if (event.type !== 'progress') throw new Error('no progress');
  return event.progress;
}

describe('a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function shown(columns = 80, rows = 24, options: Partial<ReporterOptions> = {}) {
    const screen = createTerminal(columns, rows);
    const exits: (() => void)[] = [];
    const onExit = (listener: () => void) => {
      exits.push(listener);
      return () => exits.splice(exits.indexOf(listener), 1);
    };
    const reporter = createTerminalReporter(screen, style, { now: () => Date.now(), onExit }, { ...usual, ...options });
    return { screen, reporter, exits, lines: () => screen.lines().map(plainSpaces) };
  }

  it('shows one picture that changes in place, notices above it, and at last the summary alone', () => {
    const { screen, reporter, lines } = shown();
    reporter.event(events.started());
    for (let step = 0; step < 20; step++) {
      reporter.event(events.progress({ fraction: step / 20,
        lanes: [lane(0, 'alpha/'), lane(1, `omega/${step}/`)].slice(0, 1 + (step % 2)) }));
      vi.advanceTimersByTime(250);
    }
    expect(lines().filter((text) => text.includes(' %'))).toHaveLength(1);
    expect(screen.cursorHidden()).toBe(true);
    reporter.event(events.notice('warning', 'omega/: 3 files could not be read'));
    expect(lines()[1]).toBe('warning: omega/: 3 files could not be read');
    expect(lines().filter((text) => text.includes(' %'))).toHaveLength(1);
    reporter.event(events.ended());
    reporter.end(outcome());
    expect(screen.cursorHidden()).toBe(false);
    expect(lines()).toEqual([
      'Backing up: /data/prod -> /mnt/backup',
      'warning: omega/: 3 files could not be read',
      'Done: /data/prod -> /mnt/backup in 2 min 14 s.',
      '12 345 entries (3.4 GB) looked at: 120 files copied (1.2 GB), 45 created, 3',
      'deleted; 9.0 MB/s, 92 files/s.',
      'Details: daybreak history 17',
      '',
    ]);
  });

  it('is drawn at most four times a second, however many events come', () => {
    const { screen, reporter } = shown();
    reporter.event(events.started());
    for (let ms = 0; ms < 5000; ms += 10) {
      reporter.event(events.progress({ entriesDone: ms }));
      vi.advanceTimersByTime(10);
    }
    const frames = screen.raw().split('\u001b[?2026h').length - 1;
    expect(frames).toBeGreaterThan(15);
    expect(frames).toBeLessThanOrEqual(21);
  });

  it('writes nothing while nothing changes', () => {
    const { screen, reporter } = shown();
    reporter.event(events.progress({ state: 'paused', leftMs: null }));
    vi.advanceTimersByTime(250);
    const before = screen.raw().length;
    vi.advanceTimersByTime(5000);
    expect(screen.raw()).toHaveLength(before);
  });

  it('never wraps a line, even with wide names on 40 columns, and follows a resize', () => {
    const { screen, reporter, lines } = shown(40, 10);
    reporter.event(events.started());
    reporter.event(events.progress({ lanes: [lane(0, 'プロジェクト/とても長いフォルダ名/バージョン/最終版'), lane(1, '🎬'.repeat(20))] }));
    vi.advanceTimersByTime(300);
    expect(lines()).toHaveLength(6);
    screen.resize(100, 10);
    expect(lines()).toHaveLength(6);
    expect(lines()[1]).toContain('52 %');
    screen.resize(60, 4);
    vi.advanceTimersByTime(300);
    expect(lines().filter((text) => text.includes(' %')).length).toBeLessThanOrEqual(2);
  });

  it('is given back while a question is asked or a shell has it, and when the process ends', () => {
    const { screen, reporter, exits, lines } = shown();
    reporter.event(events.started());
    reporter.event(events.progress());
    reporter.suspend();
    expect(screen.cursorHidden()).toBe(false);
    expect(lines()).toEqual(['Backing up: /data/prod -> /mnt/backup', '']);
    reporter.event(events.progress({ fraction: 0.6 }));
    vi.advanceTimersByTime(1000);
    expect(lines()).toEqual(['Backing up: /data/prod -> /mnt/backup', '']);
    reporter.resume();
    expect(lines()[1]).toContain('60 %');
    screen.foreground = false;
    const before = screen.raw();
    reporter.event(events.progress({ fraction: 0.7 }));
    vi.advanceTimersByTime(1000);
    expect(screen.raw()).toBe(before);
    for (const exit of exits) exit();
    expect(screen.cursorHidden()).toBe(false);
  });

  it('stays empty for a good quiet run', () => {
    const { screen, reporter } = shown(80, 24, { quiet: true });
    reporter.event(events.started());
    reporter.event(events.progress());
    vi.advanceTimersByTime(1000);
    reporter.end(outcome());
    expect(screen.raw()).toBe('');
  });
});
