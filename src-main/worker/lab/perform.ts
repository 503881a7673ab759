import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CallEnd, LabAnswer, LabQuestion } from '../../../src-shared/lab-protocol.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { processCpuMs } from '../../core/rsync/process-cpu.ts';
import { createStarter, type Starter } from './run-call.ts';

type PerformQuestion = Extract<LabQuestion, { op: 'perform' }>;

/** Does nothing, but has a starter do all that it does only once. */
const nothing: RsyncCall = { program: 'true', lifeline: 'shell', argv: [], input: null };

/**
 * Runs calls, so many at a time, in their order, each from the next starter that is free. All starters are up, and have started a
 * program, before the clock begins. `threadFile`: the script of a thread.
 */
export async function perform({ from, atOnce, calls, limitMs }: PerformQuestion, threadFile: string): Promise<LabAnswer<'perform'>> {
  const setOut = performance.now();
  const count = Math.max(1, Math.min(atOnce, calls.length));
  const starters = await Promise.all(Array.from({ length: count }, async () => (from === 'threads' ? startThread(threadFile) : createStarter())));
  await Promise.all(starters.map((starter) => starter.run(nothing)));
  const before = processCpuMs(process.pid);
  const begin = performance.now();
  const ends: CallEnd[] = [];
  let next = 0;
  const cut = new AbortController();
  const timer = setTimeout(() => {
    cut.abort();
    for (const starter of starters) starter.kill();
  }, limitMs);
  await Promise.all(starters.map(async (starter) => {
    for (let call = calls[next++]; call && !cut.signal.aborted; call = calls[next++]) ends.push(await starter.run(call));
  }));
  clearTimeout(timer);
  const durationMs = performance.now() - begin;
  const after = processCpuMs(process.pid);
  for (const starter of starters) starter.close();
  return { durationMs, startMs: begin - setOut, cpuMs: before === null || after === null ? null : after - before, isCut: cut.signal.aborted, ends };
}

/** A starter in a thread of its own, asked by messages as a process is. */
async function startThread(file: string): Promise<Starter> {
  const thread = new Worker(file);
  await once(thread, 'online');
  return {
    async run(call) {
      thread.postMessage(call);
      const [end] = await once(thread, 'message') as [CallEnd];
      return end;
    },
    kill: () => thread.postMessage('kill'),
    close: () => void thread.terminate(),
  };
}
