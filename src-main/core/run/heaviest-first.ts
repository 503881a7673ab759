/** A queue that hands out the heaviest item first: a binary heap, O(log n). */
export interface HeaviestFirst<T> {
  add(item: T): void;
  take(): T | null;
  /** Empties the queue. */
  clear(): T[];
  readonly size: number;
}

/** An empty queue, ordered by `weight`. */
export function createHeaviestFirst<T>(weight: (item: T) => number): HeaviestFirst<T> {
  let heap: T[] = [];

  function rise(item: T, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (weight(heap[parent]!) >= weight(item)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = item;
  }

  function sink(item: T): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && weight(heap[right]!) > weight(heap[left]!) ? right : left;
      if (weight(heap[child]!) <= weight(item)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = item;
  }

  return {
    add(item) {
      heap.push(item);
      rise(item, heap.length - 1);
    },
    take() {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined) return null;
      if (heap.length > 0) sink(last);
      return top;
    },
    clear() {
      const all = heap;
      heap = [];
      return all;
    },
    get size() {
      return heap.length;
    },
  };
}
