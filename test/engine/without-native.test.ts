import { execFile, execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';

describe.runIf(process.platform === 'linux')('an installation whose native library cannot be loaded', () => {
  let folder: string;
  const daybreak = async (...argv: string[]): Promise<string> => {
    const environment = { ...process.env, DAYBREAK_HOME: join(folder, 'home') };
    return (await promisify(execFile)(process.execPath, [join(folder, 'node', 'cli.js'), ...argv], { env: environment })).stdout;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybreak-alone-'));
    // With no node_modules above it.
    cpSync(join(import.meta.dirname, '..', '..', 'dist', 'node'), join(folder, 'node'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says so', async () => {
    const { checks } = JSON.parse(await daybreak('doctor', '--json')) as { checks: { name: string; state: string; hint?: string }[] };
    expect(checks.find(({ name }) => name === 'copying')).toMatchObject({ state: 'warning', hint: expect.stringContaining('Install Daybreak again') as string });
  });

  it('says also that processes cannot be started', async () => {
    const scout = join(folder, 'node', 'scout.js');
    renameSync(scout, `${scout}.gone`);
    const told = await daybreak('doctor').catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
    renameSync(`${scout}.gone`, scout);
    expect(told).toMatchObject({ code: 1, stderr: '', stdout: expect.stringMatching(/^problem +copying .*\n.*Install Daybreak again/mu) as string });
  });

  it('makes the same backup by rsync alone', async () => {
    const [source, destination] = [join(folder, 'source'), join(folder, 'destination')];
    for (const name of ['alpha/deep', 'beta']) mkdirSync(join(source, name), { recursive: true });
    for (const name of ['alpha/deep/one', 'alpha/two', 'beta/three']) writeFileSync(join(source, name), name);
    linkSync(join(source, 'alpha/two'), join(source, 'beta/linked'));
    symlinkSync('three', join(source, 'beta/symlink'));
    // rsync takes times of the same second as equal, and all of this has just been made.
    const date = (day: number): unknown => execFileSync('find', [source, '-exec', 'touch', '-h', '-d', `2025-01-0${day} 03:04:05.678`, '{}', '+']);
    date(2);
    await daybreak('backup', source, destination);
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
    writeFileSync(join(source, 'beta/three'), 'changed');
    date(3);
    await daybreak('backup', source, destination);
    expect(diffManifest(readManifest(source), readManifest(destination))).toEqual([]);
  });
});
