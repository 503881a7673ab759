import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startThroughHost, findHost, type ThroughHostOptions } from '../../src-main/cli/through-host.ts';
import { groupRouter, ownerRouter } from '../../src-main/core/calls/local.ts';
import { createRouter } from '../../src-main/core/calls/router.ts';
import { connectLocal } from '../../src-main/local/connect.ts';
import { listenLocally, type LocalListener } from '../../src-main/local/listen.ts';
import { hostSocket } from '../../src-main/local/socket-path.ts';
import { JobOptions, type Job } from '../../src-shared/job.ts';
import { createFace, createMemoryApp, type TestFace } from '../doubles/cli-face.ts';
import { outcome } from '../doubles/run-events.ts';
import type { createPipe } from '../doubles/terminal.ts';
import { eventsOf, startCli } from '../fixtures/cli.ts';
import { openEngine, unitsOf, type Engine } from '../fixtures/engine.ts';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';

let folder: string;
let socket: string;
let app: Engine;
let router: ReturnType<typeof createRouter>;
let listeners: LocalListener[];
let problems: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-local-'));
  [listeners, problems] = [[], []];
  app = await openEngine(folder, unitsOf(20));
  router = createRouter(app, { kind: 'browser', version: '1.2.3' });
  app.settings();
  socket = hostSocket(join(folder, 'home'));
});
afterEach(async () => {
  await Promise.all(listeners.map((each) => each.close()));
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(more: Partial<Parameters<typeof listenLocally>[0]> = {}): Promise<LocalListener> {
  const made = await listenLocally({ path: socket, router: ownerRouter(router, () => 'the link'), isShared: false, ...more }, (problem) => problems.push(problem));
  listeners.push(made);
  return made;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

async function linkAt(path: string): Promise<string | null> {
  const host = await connectLocal(path);
  const { link } = await host.calls.host.startLink();
  host.close();
  return link;
}

describe('the local socket', () => {
  test('carries the contract, streams too, to this user alone; it goes with its host', async () => {
    const listener = await listen();
    expect([modeOf(socket), modeOf(join(folder, 'home'))]).toEqual(['600', '700']);
    const { calls, close } = await connectLocal(socket);
    expect(await calls.jobs.list()).toEqual([]);
    await expect(calls.runs.start({ jobId: 'none' })).rejects.toMatchObject({ kind: 'not-found', message: 'There is no job none.' });
    const frames = (await calls.feed.watch())[Symbol.asyncIterator]();
    expect((await frames.next()).value).toMatchObject({ face: { version: '1.2.3' }, service: { state: 'none' } });
    await calls.settings.set({ ...app.settings(), theme: 'dark' });
    expect((await frames.next()).value).toMatchObject({ settings: { theme: 'dark' } });
    await listener.close();
    await expect(frames.next()).rejects.toThrow();
    await expect(calls.jobs.list()).rejects.toMatchObject({ kind: 'connection' });
    close();
    expect(existsSync(socket)).toBe(false);
    await expect(connectLocal(socket)).rejects.toMatchObject({ kind: 'not-found', message: expect.stringContaining(socket) });
    expect(problems).toEqual([]);
  });

  test('stays with the first of two hosts; the second takes it when the first has ended, also by a crash', async () => {
    const first = await listen({ router: ownerRouter(router, () => 'first') });
    const second = await listen({ router: ownerRouter(router, () => 'second') });
    expect(await linkAt(socket)).toBe('first');
    await second.close();
    expect(await linkAt(socket)).toBe('first');
    await first.close();
    // A host that is killed leaves its socket behind.
    const dead = startCli(['serve'], { home: join(folder, 'home') });
    await until('its socket', 10_000, () => dead.stdout().includes('http') && existsSync(socket));
    dead.child.kill('SIGKILL');
    await dead.ended;
    expect(existsSync(socket)).toBe(true);
    await Promise.all([listen({ router: ownerRouter(router, () => 'next') }), listen({ router: ownerRouter(router, () => 'next') })]);
    expect(await linkAt(socket)).toBe('next');
    expect(problems).toEqual([]);
  });

  test('is not made where something else has its name, or where there is no room for it: the host works without', async () => {
    writeFileSync(socket, 'a file of somebody');
    await listen();
    await listen({ path: join(folder, 'x'.repeat(200)) });
    expect(problems).toEqual([expect.stringContaining('is no socket'), expect.stringMatching(/^Other programs .* is too long for the address of a socket\./u)]);
    expect(statSync(socket).isFile()).toBe(true);
  });

  test.each<[string, string]>([
    ['no JSON', 'hello\n'],
    ['HTTP', 'GET /start HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    ['no call', '{"i":1}\n'],
    ['a line above 1 MiB', `{"i":"1","p":{"u":"/jobs/create","b":"${'x'.repeat(1024 * 1024)}"}}\n`],
    ['a line that does not end', 'x'.repeat(1024 * 1024 + 1)],
  ])('ends a connection that sends %s, and goes on', async (_what, text) => {
    await listen();
    const received = await talk(text);
    expect(received).toBe('');
    expect(await linkAt(socket)).toBe('the link');
    expect(app.jobs.list()).toEqual([]);
  });

  test('answers input that does not fit, and unknown calls, with an error', async () => {
    await listen();
    const { calls, close } = await connectLocal(socket);
    await expect(calls.jobs.create({ name: 7 } as never)).rejects.toMatchObject({ kind: 'invalid-input' });
    await expect((calls as unknown as { jobs: { explode(): Promise<void> } }).jobs.explode()).rejects.toMatchObject({ kind: 'permission' });
    close();
  });

  test('has at most 64 calls of one connection in flight', async () => {
    await listen();
    const { calls, close } = await connectLocal(socket);
    const stop = new AbortController();
    const streams = await Promise.all(Array.from({ length: 64 }, () => calls.feed.watch(undefined, { signal: stop.signal })));
    await expect(calls.jobs.list()).rejects.toMatchObject({ message: expect.stringContaining('More than 64') });
    stop.abort();
    await Promise.allSettled(streams.map((each) => each.next()));
    await expect.poll(() => calls.jobs.list().catch(() => null)).toEqual([]);
    close();
  });
});

describe('the shared socket', () => {
  test.skipIf(process.getuid?.() !== 0)('is for the group of its folder, to look and to start jobs that are there: nothing that would make its reader root', async () => {
    const shared = join(folder, 'run');
    mkdirSync(shared);
    chownSync(shared, 0, 1);
    chmodSync(shared, 0o750);
    await listen({ path: hostSocket(shared), router: groupRouter(app, router), isShared: true });
    expect([modeOf(hostSocket(shared)), statSync(hostSocket(shared)).gid]).toEqual(['660', 1]);

    const job = nightly();
    const { calls, close } = await connectLocal(hostSocket(shared));
    expect((await calls.jobs.list()).map((each) => each.job.name)).toEqual(['Nightly']);
    const refused = { kind: 'permission' };
    await expect(calls.jobs.create({ name: 'x', source: '/root', destination: folder, options: JobOptions.parse({}) })).rejects.toMatchObject(refused);
    await expect(calls.jobs.delete({ id: job.id })).rejects.toMatchObject(refused);
    await expect(calls.history.approve({ run: 1 })).rejects.toMatchObject(refused);
    await expect(calls.runs.answer({ key: 'x', yes: true })).rejects.toMatchObject(refused);
    await expect(calls.runs.start({ jobId: job.id, acceptNewMounts: true })).rejects.toMatchObject(refused);
    await expect(calls.places.list({ path: '/root' })).rejects.toMatchObject(refused);
    await expect(calls.settings.set(app.settings())).rejects.toMatchObject(refused);
    await expect(calls.host.startLink()).rejects.toMatchObject(refused);
    const { key } = await calls.runs.start({ jobId: job.id });
    await until('the end', 10_000, () => app.live.list().find((run) => run.key === key)?.outcome);
    expect(app.history(1)[0]).toMatchObject({ state: 'succeeded' });
    close();
  });
});

describe('a run through a running host', () => {
  const plain: ThroughHostOptions = { json: false, quiet: false, verbose: false, dryRun: false, yes: false, acceptNewMounts: false };

  async function through(face: TestFace, job: string, options: Partial<ThroughHostOptions> = {}): Promise<number> {
    const host = await findHost(socket);
    return startThroughHost(face, host!, job, { ...plain, ...options });
  }
  const face = (): TestFace => createFace(createMemoryApp(() => Promise.resolve(outcome())));
  const said = (each: TestFace): string => (each.output as ReturnType<typeof createPipe>).text();

  test('is told by the same reporter, with the same exit code; files are copied', async () => {
    await listen();
    nightly();
    const person = face();
    expect(await through(person, 'Nightly')).toBe(0);
    expect(said(person)).toMatch(/^Backing up: .*source -> .*destination\n(?:.*\n)*Done: .*destination in /u);
    expect(diffManifest(readManifest(join(folder, 'source')), withoutOwnFolder(readManifest(join(folder, 'destination'))))).toEqual([]);
    const machine = face();
    expect(await through(machine, app.jobs.list()[0]!.job.id, { json: true })).toBe(0);
    const events = eventsOf(said(machine));
    expect([events[0]?.type, events.at(-1)]).toMatchObject(['run-started', { type: 'run-ended', state: 'succeeded', run: 2 }]);
  });

  test('that is dry names what would change, and changes nothing', async () => {
    await listen();
    nightly();
    const person = face();
    expect(await through(person, 'Nightly', { dryRun: true })).toBe(0);
    expect(said(person)).toMatch(/^create .*\n/mu);
    expect(existsSync(join(folder, 'destination'))).toBe(false);
  });

  test('is cancelled by Ctrl-C, in the host', async () => {
    await listen();
    nightly({ bandwidthLimit: 20_000 });
    const person = face();
    person.time = 1000;
    const ended = through(person, 'Nightly');
    await until('progress', 10_000, () => (app.live.list()[0]?.progress?.lanes.length ?? 0) > 0);
    person.signals.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(app.history(1)[0]).toMatchObject({ state: 'cancelled' });
  });

  test('says what is wrong: an unknown job, or a host that ends first', async () => {
    await listen();
    nightly({ bandwidthLimit: 20_000 });
    await expect(through(face(), 'Weekly')).rejects.toMatchObject({ kind: 'not-found', hint: 'daybreak jobs lists them.' });
    const ended = through(face(), 'Nightly').catch((thrown: unknown) => thrown);
    await until('the run', 10_000, () => app.live.hasLive());
    await Promise.all(listeners.map((each) => each.close()));
    expect(await ended).toMatchObject({ kind: 'connection' });
    expect(await findHost(socket)).toBeNull();
  });
});

function nightly(options: Partial<JobOptions> = {}): Job {
  writeTree(join(folder, 'source'), plainTree({ folders: 2, files: 20, bytes: 3000 }));
  return app.jobs.create({ name: 'Nightly', source: join(folder, 'source'), destination: join(folder, 'destination'), options: JobOptions.parse(options) });
}

/** What is answered until the other end closes. */
function talk(text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const talking = connect({ path: socket }, () => talking.write(text));
    talking.on('data', (data) => { received += data.toString(); });
    talking.on('error', () => undefined);
    talking.on('close', () => resolve(received));
  });
}
