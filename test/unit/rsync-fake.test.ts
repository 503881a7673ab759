import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCallReader } from '../../src-main/core/rsync/call-reader.ts';
import { probeRsync } from '../../src-main/core/rsync/probe.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import { type FakeRsync, type PlannedEnd, planRsync } from '../fixtures/fake-rsync/plan.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-fake-'));
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'a'), 'hello');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function call({ env }: FakeRsync, ...args: string[]): Promise<RsyncResult> {
  const reader = createCallReader();
  const all = args.length > 0 ? args : ['-a', '--no-h', '--stats', `${folder}/source/`, `${folder}/copy/`];
  const child = spawn('rsync', all, { env });
  child.stdout.on('data', (chunk: Buffer) => reader.stdout(chunk));
  child.stderr.on('data', (chunk: Buffer) => reader.stderr(chunk));
  return new Promise((done) => {
    child.on('close', (code, signal) => done(reader.end({ code, signal, durationMs: 0 })));
  });
}

const copied = (): boolean => existsSync(join(folder, 'copy', 'a'));

describe('the fake rsync of the tests', () => {
  test('ends its calls as planned, then does the real work', async () => {
    const plan: PlannedEnd[] = [
      { end: 23, stderr: 'rsync: [sender] send_files failed to open "/s/a": Permission denied (13)\nsecond line' },
      { end: 25, stdout: 'IO error encountered -- skipping file deletion' },
      { end: 'signal-KILL' },
    ];
    const fake = planRsync(folder, plan);
    expect(await call(fake)).toMatchObject({
      code: 23, facts: { failedNames: ['/s/a'] }, lastLines: [expect.any(String), 'second line'],
    });
    expect(await call(fake)).toMatchObject({ code: 25, facts: { ioError: true } });
    expect(await call(fake)).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(copied()).toBe(false);
    expect(fake.left()).toBe(0);
    expect(await call(fake)).toMatchObject({ code: 0, stats: { filesTransferred: 1 } });
    expect(copied()).toBe(true);
    expect(fake.calls().map(({ action }) => action)).toEqual(['23', '25', 'signal-KILL', 'real']);
  });

  test('can fail after the work is done', async () => {
    expect(await call(planRsync(folder, [{ end: 24, afterwards: true, stderr: 'file has vanished: "/s/b"' }]))).toMatchObject({
      code: 24, stats: { filesTransferred: 1 },
    });
    expect(copied()).toBe(true);
  });

  test('can be planned for some calls only', async () => {
    const fake = planRsync(folder, [{ end: 11 }], '/other/');
    expect(await call(fake)).toMatchObject({ code: 0 });
    mkdirSync(join(folder, 'other'));
    expect(await call(fake, '-a', `${folder}/other/`, `${folder}/copy/`)).toMatchObject({ code: 11 });
  });

  test('gives each planned end to one call, also when many come at once', async () => {
    const fake = planRsync(folder, Array.from({ length: 5 }, () => ({ end: 30 as const })));
    const results = await Promise.all(Array.from({ length: 8 }, () => call(fake)));
    expect(results.filter(({ code }) => code === 30)).toHaveLength(5);
    expect(results.filter(({ code }) => code === 0)).toHaveLength(3);
  });

  test('is taken for a real one when it is asked what it is', async () => {
    const fake = planRsync(folder, [{ end: 1 }]);
    const [found, real] = await Promise.all([probeRsync(fake.env), probeRsync(process.env)]);
    expect(found).toEqual({ ...real, program: expect.stringContaining('fake-rsync') });
    expect(fake.left()).toBe(1);
  });
});
