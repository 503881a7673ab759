import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

/** What a page and its host used while something went on. Times in ms, shares of one core. */
export interface PageUse {
  readonly wallMs: number;
  /** All tasks of the page's main thread. */
  readonly pageShare: number;
  readonly hostShare: number;
  readonly frames: number;
  /** Mean time in scripts for each frame, ms. */
  readonly scriptMsPerFrame: number;
  /** The longest task of the page's main thread, ms; 0 where none reached the 50 ms that a browser tells of (Long Tasks API). */
  readonly longestTaskMs: number;
}

/** Looks into a page through Chromium's own counters, and at the CPU time of its host (proc(5)). */
export async function meterOf(page: Page, hostPid: number) {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.addInitScript(watchTasks);

  async function counters(): Promise<{ task: number; script: number; at: number; host: number }> {
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name: string): number => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
    return { task: value('TaskDuration'), script: value('ScriptDuration'), at: performance.now(), host: cpuMs(hostPid) };
  }

  return {
    /** What is used while `work` goes on. */
    async during(work: () => Promise<void>): Promise<PageUse> {
      await page.evaluate('window.taskWatch.reset()');
      const before = await counters();
      await work();
      const after = await counters();
      const { frames, longest } = await page.evaluate('window.taskWatch.read()') as { frames: number; longest: number };
      const wallMs = after.at - before.at;
      return {
        wallMs, pageShare: (after.task - before.task) / wallMs, hostShare: (after.host - before.host) / wallMs, frames,
        scriptMsPerFrame: (after.script - before.script) / Math.max(1, frames), longestTaskMs: longest,
      };
    },
    /** Bytes that scripts hold, after what nobody holds was thrown away. */
    async heldBytes(): Promise<number> {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      return usedSize;
    },
  };
}

/** Runs in the page: counts frames, and keeps the longest task. */
function watchTasks(): void {
  const state = { frames: 0, longest: 0 };
  const page = globalThis as unknown as {
    taskWatch: unknown; requestAnimationFrame(each: () => void): void;
    PerformanceObserver: new (each: (list: { getEntries(): { duration: number }[] }) => void) => { observe(what: unknown): void };
  };
  const count = (): void => {
    state.frames += 1;
    page.requestAnimationFrame(count);
  };
  page.requestAnimationFrame(count);
  new page.PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) state.longest = Math.max(state.longest, duration);
  }).observe({ type: 'longtask', buffered: false });
  page.taskWatch = {
    reset: () => Object.assign(state, { frames: 0, longest: 0 }),
    read: () => ({ ...state }),
  };
}

/** User and system time of a process so far, ms. proc(5): fields 14 and 15 of stat, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
