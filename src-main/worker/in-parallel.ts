/**
 * File calls in flight at the same time. As many as the thread pool of a scout carries (UV_THREADPOOL_SIZE=64): on a
 * network mount nearly all of the time is waiting, so width is speed.
 */
export const inFlight = 64;

/** Runs tasks, at most `width` at a time; the others wait in line. */
export function createLimit(width: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let free = width;
  const line: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await task();
    } finally {
      const next = line.shift();
      if (next) next();
      else free++;
    }
  };
}

/** Works on all items, at most `width` at a time. Rejects with the first error; what has begun ends first. */
export async function forEachInParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const item = items[next++] as Item;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}

/** A number of lanes shared by a whole walk. */
export interface Lanes {
  /**
   * Works on all items: side by side while a lane is free, else one after another in the caller's own. So a walk that
   * calls this for each folder below can never wait for itself, and holds few folders open. Rejects with the first error;
   * what has begun ends first.
   */
  forEach<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void>;
}

export function createLanes(count: number): Lanes {
  let free = count;
  return {
    async forEach(items, work) {
      const failures: unknown[] = [];
      const beside: Promise<unknown>[] = [];
      for (const item of items) {
        if (failures.length > 0) break;
        const task = work(item).catch((error: unknown) => failures.push(error));
        if (free > 0) {
          free--;
          beside.push(task.finally(() => free++));
        } else {
          await task;
        }
      }
      await Promise.all(beside);
      if (failures.length > 0) throw failures[0];
    },
  };
}
