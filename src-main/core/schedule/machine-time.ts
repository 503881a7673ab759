/** IANA name of the zone this machine is in. */
export function machineTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Calls `work` once after `ms`, without keeping the process alive for it. Returns what takes that back. */
export function callAfter(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** A wait is never longer than this, ms: timers stand still while a machine sleeps. */
const longestWaitMs = 30_000;

/** Calls `work` once the wall clock `now` shows `at` (ms), also after a sleep or when it is set. Returns what takes that back. */
export function callAt(at: number, now: () => number, work: () => void): () => void {
  let cancel = (): void => undefined;
  const wait = (): void => {
    const left = at - now();
    if (left <= 0) work();
    else cancel = callAfter(Math.min(left, longestWaitMs), wait);
  };
  wait();
  return () => cancel();
}
