import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JobOptions, type Job } from '../../src-shared/job.ts';
import type { LiveRun } from '../../src-shared/run-view.ts';
import { connectLocal, type LocalHost } from '../../src-main/local/connect.ts';
import { hostSocket } from '../../src-main/local/socket-path.ts';
import { runCli, startCli, type CliEnd, type RunningCli } from '../fixtures/cli.ts';
import { openEngine } from '../fixtures/engine.ts';
import { isRsync, leftAfter, processesNaming, until } from '../fixtures/processes.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';

let folder: string;
let home: string;
let shared: string;
let env: NodeJS.ProcessEnv;
let services: RunningCli[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-service-'));
  [home, shared] = [join(folder, 'home'), join(folder, 'run')];
  mkdirSync(shared, { mode: 0o750 });
  env = { DAYBREAK_SERVICE_SOCKET: hostSocket(shared) };
  services = [];
});
afterEach(async () => {
  for (const each of services) each.child.kill('SIGKILL');
  await Promise.all(services.map((each) => each.ended));
  expect(await leftAfter(folder, 5_000)).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

/** The entry point as systemd starts it; `exitCode` null: it was killed. */
async function startService(): Promise<RunningCli> {
  const service = startCli(['serve', '--service'], { home, env: { ...env, RUNTIME_DIRECTORY: shared, JOURNAL_STREAM: '8:1' } });
  services.push(service);
  await until('the service', 15_000, () => service.stdout().includes('is ready'));
  return service;
}

async function stop(service: RunningCli): Promise<CliEnd> {
  service.child.kill('SIGTERM');
  return service.ended;
}

/** A job that lasts for some seconds, made as an admin makes it. */
async function haveJob(): Promise<Job> {
  writeTree(join(folder, 'source'), plainTree({ folders: 2, files: 20, bytes: 20_000 }));
  const engine = await openEngine(folder);
  const job = engine.jobs.create({ name: 'Nightly', source: join(folder, 'source'), destination: join(folder, 'destination'), options: JobOptions.parse({ bandwidthLimit: 100_000 }) });
  await engine.close();
  return job;
}

async function startRun({ calls }: LocalHost, job: Job): Promise<string> {
  const { key } = await calls.runs.start({ jobId: job.id });
  // Not the one that is asked for its version.
  await until('its rsync', 10_000, () => processesNaming(folder).some((each) => isRsync(each) && each.command.includes('/source/./')));
  return key;
}

describe('the service under a supervisor', () => {
  test('starts, is asked, and stops cleanly in the middle of a run; its log holds no link', async () => {
    const job = await haveJob();
    const service = await startService();
    const host = await connectLocal(hostSocket(home));
    await startRun(host, job);
    const { stdout } = await runCli(['status'], { home, env });
    expect(stdout).toMatch(/^This user: a host for browsers .*\n {2}running: "Nightly", .*source -> .*destination/mu);
    expect(stdout).toMatch(/^System: a host for browsers/mu);
    expect(stdout).toMatch(/Nightly +running +- +-/u);
    const link = (await runCli(['status', '--link'], { home, env })).stdout.trim();
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);

    const end = await stop(service);
    expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
    expect(end.stdout).toMatch(/^<6>Daybreak .* is ready.*\n<6>Run 1 of "Nightly" started/u);
    expect(end.stderr).toMatch(/^<4>Run 1 of "Nightly" cancelled/mu);
    expect(end.stdout + end.stderr).not.toContain('code=');
    expect((await runCli(['status', '--json'], { home, env })).stdout).toContain('"state":"none"');
    expect(await runCli(['status', '--link'], { home, env })).toMatchObject({ code: 1, stderr: expect.stringContaining('No Daybreak with a page') as string });
  });

  test('is killed and started again: the run is told as interrupted, nothing of it goes on, the sockets answer', async () => {
    const job = await haveJob();
    const first = await startService();
    await startRun(await connectLocal(hostSocket(home)), job);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    const second = await startService();
    expect(processesNaming(folder).filter(isRsync)).toEqual([]);
    for (const socket of [hostSocket(home), hostSocket(shared)]) {
      const { calls, close } = await connectLocal(socket);
      expect((await calls.jobs.list())[0]?.lastRun).toMatchObject({ state: 'interrupted', problem: expect.stringContaining('Daybreak was ended') as string });
      close();
    }
    expect(await stop(second)).toMatchObject({ code: 0, stderr: '' });
  });

  test('is followed and steered by the host of a user, which goes on when it ends', async () => {
    const job = await haveJob();
    const service = await startService();
    const own = startCli(['serve'], { home: join(folder, 'other home'), env });
    services.push(own);
    await until('the host of the user', 15_000, () => own.stdout().includes('http'));
    const { calls, close } = await connectLocal(hostSocket(join(folder, 'other home')));
    const feed = await calls.feed.watch();
    let runs: readonly LiveRun[] = [];
    const stateWhere = async (look: () => boolean, state = 'attached'): Promise<void> => {
      for await (const frame of { [Symbol.asyncIterator]: () => ({ next: () => feed.next() }) }) {
        runs = frame.service?.live ?? runs;
        if (frame.service?.state === state && look()) return;
      }
    };
    await stateWhere(() => true);
    const { key } = await calls.service.start({ jobId: job.id });
    await stateWhere(() => (runs[0]?.progress?.lanes.length ?? 0) > 0);
    expect(runs).toMatchObject([{ key, jobName: 'Nightly' }]);
    expect(await calls.jobs.list()).toEqual([]);
    await calls.service.pause({ key });
    await stateWhere(() => runs[0]?.progress?.state === 'paused');
    await calls.service.resume({ key });
    await calls.service.cancel({ key });
    await stateWhere(() => runs[0]?.outcome?.state === 'cancelled');
    await stop(service);
    await stateWhere(() => true, 'none');
    await expect(calls.service.start({ jobId: job.id })).rejects.toMatchObject({ kind: 'not-found', message: 'The system service of Daybreak is not there.' });
    close();
    expect((await stop(own)).code).toBe(0);
  });
});
