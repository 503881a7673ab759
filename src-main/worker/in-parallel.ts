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

/** Works on all items; answers in their order. Rejects with the first error; what has begun ends by itself. */
export type InTurn = <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) => Promise<Result[]>;

/**
 * Works on the items of many lists, at most `width` at a time, and takes them from the lists in turn: of many lists each has few
 * under way, one alone has many. File calls in one folder may have to wait for one another in the kernel.
 */
export function createInTurn(width: number): InTurn {
  let free = width;
  /** Each begins its next item; false where there is none to follow. */
  const lists: (() => boolean)[] = [];

  function begin(): void {
    while (free > 0 && lists.length > 0) {
      free--;
      const list = lists.shift()!;
      if (list()) lists.push(list);
    }
  }

  return <Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>) => {
    const { promise: all, resolve, reject } = Promise.withResolvers<Result[]>();
    const results: Result[] = [];
    let next = 0;
    let done = 0;
    const end = (): void => {
      free++;
      begin();
    };
    const beginNext = (): boolean => {
      const index = next++;
      work(items[index]!).then((result) => {
        results[index] = result;
        if (++done === items.length) resolve(results);
        end();
      }, (error: unknown) => {
        reject(error);
        const at = lists.indexOf(beginNext);
        if (at >= 0) lists.splice(at, 1);
        end();
      });
      return next < items.length;
    };
    if (items.length === 0) resolve(results);
    else lists.push(beginNext);
    begin();
    return all;
  };
}
