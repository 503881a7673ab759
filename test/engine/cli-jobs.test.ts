import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Schedule } from '../../src-shared/schedule.ts';
import { readPause } from '../../src-main/cli/pause-command.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import { createFace, type TestFace } from '../doubles/cli-face.ts';
import type { createPipe } from '../doubles/terminal.ts';
import { plainOptions } from '../fixtures/databases/samples.ts';
import { openEngine } from '../fixtures/engine.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-cli-jobs-'));
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source/take'), 'take');
  const app = await openEngine(folder);
  const make = (name: string, schedule: Schedule | null) => app.jobs.create({
    name, source: join(folder, 'source'), destination: join(folder, name), options: plainOptions, schedule,
  });
  make('Nightly', Schedule.parse({ rhythm: { kind: 'daily', at: '22:00' } }));
  make('nightly', null);
  make('Weekly', null);
  await app.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a command answers and prints. */
async function daybreak(...argv: string[]): Promise<{ code: number; text: string }> {
  const face: TestFace = createFace(() => openEngine(folder));
  face.time = Date.now();
  const code = await runCommandLine(argv, face);
  return { code, text: (face.output as ReturnType<typeof createPipe>).text() };
}

test('saved jobs are listed, run by name, and told with their end', async () => {
  expect((await daybreak('run', 'Weekly', '-q')).code).toBe(0);
  expect(readFileSync(join(folder, 'Weekly/take'), 'utf8')).toBe('take');
  const { text } = await daybreak('jobs');
  expect(text).toMatch(/Nightly\s+every day at 22:00\s+\d{4}-\d\d-\d\d 22:00\s+-\s+never/u);
  expect(text).toMatch(/Weekly\s+-\s+-\s+succeeded \d{4}/u);
  const { jobs } = JSON.parse((await daybreak('jobs', '--json')).text) as { jobs: { job: { name: string }; nextRunAt: number | null }[] };
  expect(jobs.map(({ job }) => job.name)).toEqual(['Nightly', 'Weekly', 'nightly']);
  expect(jobs[0]!.nextRunAt).toBeGreaterThan(Date.now());
});

test('a name that is none, or several, is refused with what to do', async () => {
  await expect(daybreak('run', 'Daily')).rejects.toMatchObject({ kind: 'not-found', message: 'There is no saved job "Daily".' });
  await expect(daybreak('run', 'NIGHTLY')).rejects.toMatchObject({ kind: 'invalid-input', message: expect.stringMatching(/may be 2 jobs: "Nightly" \(.*\), "nightly"/u) });
  expect((await daybreak('run', 'WEEKLY', '-n', '-q')).code).toBe(0);
});

test('schedules rest and go on', async () => {
  expect((await daybreak('pause')).text).toBe('Schedules are on.\n');
  expect((await daybreak('pause', '--for', '1h')).text).toMatch(/^All schedules are paused until /u);
  expect((await daybreak('jobs')).text).toContain('All schedules are paused until ');
  expect((await daybreak('pause', '--off')).text).toBe('Schedules are on.\n');
});

test.each([
  [{ for: '30min' }, 1_800_000], [{ for: '2d' }, 172_800_000], [{ until: '14:30' }, 9_000_000],
])('a pause %j', (options, ms) => {
  const noon = Date.UTC(2026, 10, 25, 12);
  expect(readPause(options, noon, 'UTC')).toBe(noon + ms);
});

test.each([{ for: 'long' }, { for: '0h' }, { until: 'later' }, { until: '14:30', off: true }])('a pause %j is refused', (options) => {
  expect(() => readPause(options, 0, 'UTC')).toThrow(expect.objectContaining({ kind: 'invalid-input' }));
});
