import type { AppState, FeedFrame } from '../../../src-shared/app-state.ts';
import { hasLeft, pause } from './pause.ts';

/** Frames of one watcher are at least this far apart, ms. */
const frameEveryMs = 250;

/** The parts of the state, each worked out when a frame needs it. */
export type FeedSources = { readonly [Part in keyof AppState]: () => AppState[Part] };

/** Everything an interface shows without asking, as state and not as deltas. */
export interface Feed {
  /** Something of this part is different now. */
  touch(part: keyof AppState): void;
  /** One frame with all, then one for each change, until `stop`. A watcher that is slow gets fewer, never older ones. */
  watch(stop: AbortSignal | undefined): AsyncGenerator<FeedFrame, void>;
}

const parts = ['face', 'settings', 'jobs', 'live', 'scheduler', 'historyVersion', 'service'] as const;

/** A feed of `sources`. */
export function createFeed(sources: FeedSources): Feed {
  const versions: Record<keyof AppState, number> = { face: 1, settings: 1, jobs: 1, live: 1, scheduler: 1, historyVersion: 1, service: 1 };
  let revision = 1;
  const waiting = new Set<() => void>();

  /** Resolves with the next change, or with `stop`. */
  function change(stop: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        stop?.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      stop?.addEventListener('abort', wake);
    });
  }

  return {
    touch(part) {
      versions[part] = ++revision;
      for (const wake of Array.from(waiting)) wake();
    },
    async *watch(stop) {
      let seen = 0;
      while (!hasLeft(stop)) {
        if (revision === seen) await change(stop);
        else {
          const changed = parts.filter((part) => versions[part] > seen);
          seen = revision;
          yield { revision, ...Object.fromEntries(changed.map((part) => [part, sources[part]()])) };
          await pause(frameEveryMs, stop);
        }
      }
    },
  };
}
