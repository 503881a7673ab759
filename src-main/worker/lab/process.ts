import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort } from 'node:worker_threads';
import { AppError, type ErrorData } from '../../../src-shared/errors.ts';
import type { FromLab, LabQuestion, ToLab } from '../../../src-shared/lab-protocol.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { pathTo } from '../../core/rsync/byte-name.ts';
import { processStartTime } from '../../core/rsync/process-identity.ts';
import { errnoOf } from '../errno.ts';
import { openPort, type Port } from '../port.ts';
import { ageFiles, countFiles } from './many-files.ts';
import { perform } from './perform.ts';
import { createStarter } from './run-call.ts';
import { takeSample } from './sample.ts';
import { openScratch, sweepScratch, type Scratch } from './scratch.ts';

/**
 * The process that measures for the Lab: reads the source, makes and removes the scratch folder at the destination, and starts
 * rsyncs. The host touches neither. Several of them run where processes are compared; only the first has a scratch folder.
 */
let scratch: Scratch | null = null;

function needScratch(): Scratch {
  if (!scratch) throw new AppError({ kind: 'internal', message: 'The Lab has no scratch folder' });
  return scratch;
}

function placeOf(name: string): string {
  if (!/^[a-z0-9-]+$/u.test(name)) throw new AppError({ kind: 'internal', message: `"${name}" is no name for a scratch folder` });
  return `${needScratch().folder}/${name}`;
}

async function answer(question: LabQuestion): Promise<unknown> {
  switch (question.op) {
    case 'sample': return takeSample(question);
    case 'open': {
      const opened = await openScratch(question.destination, { ...question.holder, pid: process.pid, startTime: processStartTime(process.pid) ?? 'unknown' });
      if (opened.state === 'held') return opened;
      ({ scratch } = opened);
      return { state: 'open', folder: scratch.folder, keeps: opened.keeps };
    }
    case 'fresh': return fresh(question);
    case 'perform': return perform(question, fileURLToPath(import.meta.url));
    case 'count': return { ...(await countFiles(placeOf(question.name))), isLocked: await needScratch().isLocked() };
    case 'age': return ageFiles(placeOf(question.name));
    case 'close': return scratch?.remove();
    case 'sweep': return sweepScratch(question.destination, question.holder);
  }
}

async function fresh({ name, folders, keep, syncs }: Extract<LabQuestion, { op: 'fresh' }>): Promise<object> {
  const at = needScratch();
  const folder = placeOf(name);
  await at.renew();
  await at.clear(keep);
  if (!keep.includes(name)) await mkdir(folder, { mode: 0o700 });
  for (const path of folders) await mkdir(pathTo(folder, path), { mode: 0o700 });
  if (syncs) await written();
  const isCold = syncs && await dropAll();
  return { folder, isCold, isLocked: await at.isLocked() };
}

/** What one way has written must not be for the disk to do while the next one is measured. */
async function written(): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn('sync', [], { stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

/** Has the kernel forget files, folders and attributes (proc(5), drop_caches). False where only root may. */
function dropAll(): Promise<boolean> {
  return writeFile('/proc/sys/vm/drop_caches', '3\n').then(() => true, () => false);
}

function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.toData();
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  switch (errnoOf(error)) {
    case 'EACCES': case 'EPERM': case 'EROFS': return { kind: 'permission', message: error.message, hint: 'Run as a user who may read the source and write the destination.' };
    case 'ENOSPC': case 'EDQUOT': return { kind: 'no-space', message: error.message, hint: 'Make room at the destination, or measure a smaller sample.' };
    default: return { kind: 'internal', message: error.message, detail: error.stack };
  }
}

function serve(port: Port): void {
  const send = (message: FromLab): void => port.send(message);
  port.onMessage((message) => {
    const { id, question } = message as ToLab;
    answer(question).then(
      (value) => send({ type: 'answer', id, value: value ?? {} }),
      (thrown: unknown) => send({ type: 'error', id, error: errorData(thrown) }),
    );
  });
  send({ type: 'ready', pid: process.pid });
}

/** The same script is what a thread runs: it starts the calls it is sent, one after the other. */
function serveThread(): void {
  const starter = createStarter();
  parentPort?.on('message', (message: RsyncCall | 'kill') => {
    if (message === 'kill') return starter.kill();
    void starter.run(message).then((end) => parentPort?.postMessage(end));
  });
}

if (isMainThread) serve(openPort(() => {}));
else serveThread();
