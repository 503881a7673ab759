import { setTimeout as sleep } from 'node:timers/promises';

/** True when no process is left in the group that `pid` leads; kill(2) with signal 0 asks without touching it. */
function isEmpty(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return false;
  } catch (error) {
    // EPERM: there is a group of that number, but it is not ours: ours is gone.
    return (error as NodeJS.ErrnoException).code !== undefined;
  }
}

/**
 * Waits until the process group led by `pid` is empty, killing what is left half way.
 * Resolves false when something is still there after `withinMs`: it is stuck in the kernel.
 */
export async function groupIsGone(pid: number, withinMs: number): Promise<boolean> {
  const start = performance.now();
  let killed = false;
  while (!isEmpty(pid)) {
    const waited = performance.now() - start;
    if (waited > withinMs) return false;
    if (waited > withinMs / 4 && !killed) {
      killed = true;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        return true;
      }
    }
    await sleep(20);
  }
  return true;
}
