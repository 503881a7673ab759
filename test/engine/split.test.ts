import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEventData } from '../../src-shared/run-event.ts';
import type { Tuning } from '../../src-main/core/ports.ts';
import { processFacts } from '../../src-main/core/rsync/process-identity.ts';
import { backUp, openEngine, startBackup, unitsOf } from '../fixtures/engine.ts';
import { diffManifest, readManifest } from '../fixtures/manifest.ts';
import { promised } from '../fixtures/pace.ts';
import { isRsync, leftAfter, processesNaming, signal, until } from '../fixtures/processes.ts';

/** Units that run longer than predicted, here because of a bandwidth limit. */
const folders = ['one', 'two', 'three', 'four', 'five'];
const fileBytes = 70_000;
const bandwidthLimit = 1_200_000;
const temporaryName = /(^|\/)\.[^/]+\.[A-Za-z0-9]{6}$/u;
/** The folder `slow` is one unit, and its rest is planned folder by folder. */
const asGroup: Tuning = { ...unitsOf(30), splitAfterMs: 150, restUnitMs: 5 };
/** The whole tree is one unit. */
const asWhole: Tuning = { ...unitsOf(1000), splitAfterMs: 150, restUnitMs: 5, msPerEntry: 0.1 };

let folder: string;
let source: string;
let destination: string;
let reference: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-split-'));
  [source, destination, reference] = [join(folder, 'source'), join(folder, 'destination'), join(folder, 'reference')];
  for (const [index, name] of folders.entries()) {
    mkdirSync(join(source, 'slow', name), { recursive: true });
    mkdirSync(join(source, 'small', name), { recursive: true });
    for (const file of ['a', 'b', 'c', 'd']) writeFileSync(join(source, 'slow', name, file), Buffer.alloc(fileBytes, `${index}${file}`));
    for (const file of ['a', 'b', 'c']) writeFileSync(join(source, 'small', name, file), name);
  }
  linkSync(join(source, 'slow/one/a'), join(source, 'slow/five/linked'));
  chmodSync(join(source, 'slow/four'), 0o555);
  execFileSync('find', [source, '-exec', 'touch', '-h', '-d', '2025-01-02 03:04:05.678', '{}', '+']);
  for (const place of [destination, reference]) {
    // Not a first copy, and with something for a mirror to remove.
    mkdirSync(join(place, 'slow/three/gone'), { recursive: true });
    writeFileSync(join(place, 'slow/three/gone/file'), 'gone');
    writeFileSync(join(place, 'slow/one'), 'in the way of a folder');
    execFileSync('find', [place, '-exec', 'touch', '-d', '2024-01-02 03:04:05.678', '{}', '+']);
  }
});

afterEach(() => {
  for (const { pid } of processesNaming(folder)) signal(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const endsIn = (events: readonly RunEventData[], state: string) => events.filter((event) => event.type === 'unit-ended' && event.state === state);

function differences(mirror: boolean): string[] {
  execFileSync('rsync', ['-aH', ...(mirror ? ['--delete'] : []), '--', `${source}/`, `${reference}/`]);
  return diffManifest(readManifest(reference), readManifest(destination));
}

/** Stopped by a signal (proc(5), state T). */
const isHeld = (pid: number) => processFacts(pid)?.state === 'T';

/** The sender of an rsync that waits at a split point: stopped, while the others of its group are not. */
function waitingSender(): number | null {
  return processesNaming(folder).filter(isRsync).find(({ pid }) => isHeld(pid))?.pid ?? null;
}

test.each<[string, Tuning, boolean]>([
  ['a folder of several, in a mirror', asGroup, true], ['the whole tree', asWhole, false],
])('what is left of %s is done by others, exactly and counted once', async (_, tuning, mirror) => {
  const app = await openEngine(folder, tuning);
  try {
    const { state, totals, events } = await backUp(app, source, destination, { options: { mirror, bandwidthLimit } });
    expect(state).toBe('succeeded');
    expect(endsIn(events, 'split')).not.toEqual([]);
    expect(differences(mirror)).toEqual([]);
    const manifest = readManifest(source);
    expect(totals.entries).toBe(manifest.size);
    // Of the file that was on its way a part may be copied twice; what the socket between the processes of an rsync held is not counted.
    const bytes = folders.length * (4 * fileBytes + 3 * 4);
    const onTheWay = Number(readFileSync('/proc/sys/net/core/wmem_default', 'latin1')) + fileBytes;
    expect(totals.bytesTransferred - bytes).toBeLessThan(1.5 * fileBytes);
    expect(bytes - totals.bytesTransferred).toBeLessThan(onTheWay);
    expect([...readManifest(destination).keys()].filter((name) => temporaryName.test(name))).toEqual([]);
    const again = await backUp(app, source, destination, { options: { mirror } });
    expect([again.state, again.totals.filesTransferred, again.totals.created, again.totals.deleted]).toEqual(['succeeded', 0, 0, 0]);
  } finally {
    await app.close();
  }
}, 30_000);

test('a pause while the sender waits at the split point loses nothing', async () => {
  const app = await openEngine(folder, asGroup);
  try {
    const { handle, events } = startBackup(app, source, destination, { options: { bandwidthLimit } });
    await until('a sender that waits', 10_000, waitingSender);
    handle.pause();
    await until('all to be stopped', 5000, () => processesNaming(folder).filter(isRsync).every(({ pid }) => isHeld(pid)));
    handle.resume();
    expect((await handle.ended).state).toBe('succeeded');
    expect(endsIn(events, 'split')).not.toEqual([]);
    expect(differences(false)).toEqual([]);
  } finally {
    await app.close();
  }
}, 30_000);

test('a cancel while the sender waits ends everything, and the next run does the rest', async () => {
  const app = await openEngine(folder, asGroup);
  try {
    const { handle, events } = startBackup(app, source, destination, { options: { bandwidthLimit } });
    await until('a sender that waits', 10_000, waitingSender);
    handle.cancel();
    expect((await handle.ended).state).toBe('cancelled');
    expect(endsIn(events, 'split')).toHaveLength(0);
    expect(await leftAfter(destination, promised(2000))).toEqual([]);
    expect((await backUp(app, source, destination)).state).toBe('succeeded');
    expect(differences(false)).toEqual([]);
  } finally {
    await app.close();
  }
}, 30_000);

test('an rsync that does not know the signal is left alone', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v rsync'], { encoding: 'utf8' }).trim();
  // The shell stays in front of it, and would be killed by the signal.
  writeFileSync(join(bin, 'rsync'), `#!/bin/sh\n"${real}" "$@"\nexit $?\n`, { mode: 0o755 });
  const app = await openEngine(folder, asGroup, { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` });
  try {
    const { state, events } = await backUp(app, source, destination, { options: { bandwidthLimit } });
    expect(state).toBe('succeeded');
    expect([endsIn(events, 'split'), endsIn(events, 'failed')]).toEqual([[], []]);
    expect(differences(false)).toEqual([]);
  } finally {
    await app.close();
  }
}, 30_000);
