import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeSample } from '../../src-main/worker/lab/sample.ts';
import { createLockHolder } from '../../src-main/core/safety/lock-holder.ts';
import { JobOptions } from '../../src-shared/job.ts';
import type { LabRequest, LabState } from '../../src-shared/lab.ts';
import { openEngine, startBackup, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest, touchedNames } from '../fixtures/manifest.ts';
import { findProcess, leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { removeTree, writeTree } from '../fixtures/tree.ts';

let folder: string;
let source: string;
let destination: string;
let engine: Engine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-lab-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  writeTree(source, plainTree({ folders: 6, files: 12, bytes: 20_000 }));
  writeTree(destination, plainTree({ folders: 2, files: 2, bytes: 50 }));
  utimesSync(destination, 1_500_000_000, 1_500_000_000.5);
  engine = await openEngine(folder, { keepsCaches: true });
});
afterEach(async () => {
  await engine.close();
  for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
  removeTree(folder);
});

function request(more: Partial<LabRequest> = {}): LabRequest {
  return { source, destination, jobId: null, excludes: [], sampleBytes: 300_000_000, sampleEntries: 5000, rounds: 1, mostMs: 60_000, ...more };
}

function isOver({ phase }: LabState): boolean {
  return phase === 'ended' || phase === 'cancelled' || phase === 'failed';
}

async function runLab(asked: LabRequest, app = engine): Promise<LabState> {
  const key = app.lab.start(asked);
  await until('the end of the Lab', 50_000, () => isOver(app.lab.state(key)));
  return app.lab.state(key);
}

/** Waits until rsync writes into the scratch folder. */
function untilMeasuring(key: string): Promise<unknown> {
  return until('a measurement', 20_000, () => engine.lab.state(key).phase === 'measuring' && existsSync(scratchOf()));
}

function scratchOf(): string {
  return join(destination, '.daybreak', 'lab');
}

describe('the Lab', () => {
  test('measures every way, and leaves source and destination as they were', async () => {
    const before = { source: readManifest(source), destination: readManifest(destination) };
    const job = engine.jobs.create({ name: 'Nightly', source, destination, options: JobOptions.parse({ checksum: true, workers: 3 }) });
    const { phase, result, error } = await runLab(request({ jobId: job.id }));
    expect(error).toBeNull();
    expect(phase).toBe('ended');
    const after = { source: readManifest(source), destination: readManifest(destination) };
    expect(diffManifest(before.source, after.source)).toEqual([]);
    expect(touchedNames(before.source, after.source)).toEqual([]);
    // Down to the time of the root folder.
    expect(diffManifest(before.destination, after.destination)).toEqual([]);
    expect(result!.sample).toEqual({ entries: 6 * 17, bytes: 6 * 15 * 20_000, folders: 12, isWhole: true });
    const measured = result!.figures.filter(({ medianMs }) => medianMs !== null);
    expect(measured.map(({ way }) => way.id)).toEqual(expect.arrayContaining([
      'one-rsync', 'multisync', 'pool-1', 'pool-2', 'pool-3', 'event-loop', 'processes', 'threads', 'compress', 'whole-file', 'delta',
    ]));
    for (const { way, rounds, cpuMs, note, medianMs, speed } of measured) {
      expect(note, way.id).toBeNull();
      expect(rounds, way.id).toHaveLength(1);
      expect(medianMs).toBeGreaterThan(1);
      expect(cpuMs, way.id).not.toBeNull();
      expect(speed === null).toBe(['whole-file', 'delta'].includes(way.id));
      expect(way.commands.length, way.id).toBeGreaterThan(0);
    }
    expect(result!.explanation.join(' ')).toContain('what starts it hardly matters');
    expect(engine.lab.results(job.id)).toEqual([{ ...result, id: 1 }]);
    engine.lab.apply(1, 'pool-2');
    expect(engine.jobs.list()[0]?.job).toMatchObject({ id: job.id, name: 'Nightly', options: { workers: 2, compress: false, checksum: true } });
    engine.lab.apply(1, 'compress');
    expect(engine.jobs.list()[0]?.job.options).toMatchObject({ workers: 2, compress: true });
    expect(() => engine.lab.apply(1, 'one-rsync')).toThrow(/cannot be set/u);
    expect(() => engine.lab.apply(1, 'pool-99')).toThrow(/no way/u);
    expect(() => engine.lab.apply(99, 'pool-2')).toThrow(/keeps no result/u);
    expect(await leftAfter(folder, 3000)).toEqual([]);
  });

  test('takes no more of the source than it is asked to, from every top folder, without what is excluded', async () => {
    writeFileSync(join(source, 'project-0', 'secret.tmp'), 'x');
    const { result, error } = await runLab(request({ sampleEntries: 40, excludes: ['*.tmp', 'sub-0'], ways: ['one-rsync', 'multisync', 'pool-2'] }));
    expect(error).toBeNull();
    const { sample, figures } = result!;
    expect(sample.isWhole).toBe(false);
    expect(sample.entries).toBeGreaterThan(20);
    expect(sample.entries - sample.folders).toBeLessThanOrEqual(40);
    // From each of the six.
    expect(sample.folders).toBe(6);
    expect(figures.map(({ note, rounds }) => [note, rounds.length])).toEqual([[null, 1], [null, 1], [null, 1]]);
    expect(figures.find(({ way }) => way.id === 'one-rsync')?.way.commands[0]).toContain('--files-from=-');
  });

  test('gives no figure to a way that leaves something out or does not end', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const real = process.env['PATH']!.split(':').map((each) => join(each, 'rsync')).find((each) => existsSync(each))!;
    // One rsync forgets a file, multisync never ends, the others work.
    writeFileSync(join(bin, 'rsync'), `#!/bin/sh\ncase "$1" in -arq) exec ${real} --exclude=file-3 "$@";; -zavh) exec sleep 60;; *) exec ${real} "$@";; esac\n`);
    chmodSync(join(bin, 'rsync'), 0o755);
    const app = await openEngine(join(folder, 'other'), { keepsCaches: true }, { ...process.env, PATH: `${bin}:${process.env['PATH']}` });
    try {
      const from = performance.now();
      const { result } = await runLab(request({ ways: ['one-rsync', 'pool-1'] }), app);
      const tookMs = performance.now() - from;
      const one = result!.figures.find(({ way }) => way.id === 'one-rsync')!;
      expect(one).toMatchObject({ medianMs: null, rounds: [], note: expect.stringContaining('its copy has 84 files, the sample 90') as string });
      expect(result!.figures.find(({ way }) => way.id === 'pool-1')?.medianMs).not.toBeNull();
      const endless = await runLab(request({ ways: ['multisync'], mostMs: Math.max(3000, Math.ceil(tookMs)) }), app);
      expect(endless.result!.figures).toMatchObject([{ medianMs: null, note: 'It took longer than the time that was left.' }]);
      expect(await leftAfter(destination, 3000)).toEqual([]);
    } finally {
      await app.close();
    }
  });

  test('has a sample of what answers first, even where the time is over by then', async () => {
    const sample = await takeSample({ op: 'sample', source, excludes: [], mostBytes: 1e9, mostEntries: 1000, mostMs: 0 });
    expect(sample.folders.flatMap(({ files }) => files).length).toBeGreaterThan(0);
  });

  test('cancelled in the middle, leaves nothing', async () => {
    const before = readManifest(destination);
    const key = engine.lab.start(request({ rounds: 9 }));
    await untilMeasuring(key);
    await engine.lab.cancel(key);
    expect(engine.lab.state(key)).toMatchObject({ phase: 'cancelled', error: null, result: null });
    expect(diffManifest(before, readManifest(destination))).toEqual([]);
    expect(await leftAfter(folder, 3000)).toEqual([]);
  });

  test('whose process is killed, says so and leaves nothing', async () => {
    const before = readManifest(destination);
    const key = engine.lab.start(request({ rounds: 9 }));
    await untilMeasuring(key);
    // The first is the one with the scratch folder.
    expect(signal(engine.forked.find(isLab)!, 'SIGKILL')).toBe(true);
    await until('the end of the Lab', 20_000, () => isOver(engine.lab.state(key)));
    expect(engine.lab.state(key)).toMatchObject({ phase: 'failed', error: { kind: 'worker-lost' } });
    await until('the scratch folder to be gone', 5000, () => !existsSync(join(destination, '.daybreak')));
    expect(diffManifest(before, readManifest(destination))).toEqual([]);
    expect(await leftAfter(folder, 3000)).toEqual([]);
  });

  test('removes what a Lab left behind that is gone, and nothing else there', async () => {
    const left = join(scratchOf(), '0b0e0c54-1111-4222-8333-0123456789ab');
    const other = join(destination, '.daybreak', 'keep');
    mkdirSync(join(left, 'copy'), { recursive: true });
    writeFileSync(join(left, 'copy', 'x'), 'x');
    writeFileSync(other, 'x');
    writeFileSync(join(left, 'owner'), JSON.stringify({ ...createLockHolder('Lab', 0), pid: 2 ** 22 + 1 }));
    const { phase } = await runLab(request({ ways: ['pool-1'] }));
    expect(phase).toBe('ended');
    expect(existsSync(left)).toBe(false);
    expect(readdirSync(join(destination, '.daybreak'))).toEqual(['keep']);
  });

  test('refuses while another Lab measures there, and says who', async () => {
    const left = join(scratchOf(), '0b0e0c54-1111-4222-8333-0123456789ab');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'owner'), JSON.stringify(createLockHolder('Lab', 0)));
    const { phase, error } = await runLab(request());
    expect(phase).toBe('failed');
    expect(error).toMatchObject({ kind: 'busy', message: expect.stringContaining(`process ${process.pid}`) as string });
    expect(existsSync(left)).toBe(true);
  });

  test('refuses as a run does, and while one goes on', async () => {
    expect((await runLab(request({ source: join(folder, 'nothing') }))).error?.kind).toBe('source-missing');
    expect((await runLab(request({ destination: join(source, 'project-0') }))).error?.kind).toBe('invalid-input');
    expect((await runLab(request({ destination: join(folder, 'new') }))).error).toMatchObject({ kind: 'destination-unreachable', hint: expect.stringContaining('Make the folder first') as string });
    expect(() => engine.lab.start(request({ excludes: [''] }))).toThrow(/cannot be used/u);
    expect(() => engine.lab.start(request({ jobId: 'none' }))).toThrow(/no job/u);
    expect((await runLab(request({ ways: ['magic'] }))).error).toMatchObject({ kind: 'invalid-input', message: 'There is no such way: magic' });
    const { handle } = startBackup(engine, source, join(folder, 'elsewhere'));
    expect(() => engine.lab.start(request())).toThrow(/A backup is running/u);
    await handle.ended;
    expect(existsSync(join(destination, '.daybreak'))).toBe(false);
    expect(statSync(destination).mtimeMs).toBe(1_500_000_000_500);
  });

  test('does not count a round in which a backup ran', async () => {
    const key = engine.lab.start(request({ ways: ['pool-1', 'pool-2'], rounds: 9 }));
    await untilMeasuring(key);
    await startBackup(engine, source, destination).handle.ended;
    const disturbed = await until('a round that does not count', 20_000, () => {
      const found = engine.lab.state(key).figures.filter(({ note }) => note?.includes('A backup ran'));
      return found.length > 0 && found;
    });
    await engine.lab.cancel(key);
    for (const each of disturbed) expect(each.medianMs).toBeNull();
    expect(existsSync(join(destination, '.daybreak'))).toBe(false);
  });
});

function isLab(pid: number): boolean {
  return findProcess(pid)?.command.endsWith('/lab.js') === true;
}
