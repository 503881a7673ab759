import type { ScoutClient } from './scout-client.ts';

/** How often source and destination are asked whether they still answer, ms. */
const askEveryMs = 5000;

/**
 * Tells when a path stops answering and when it answers again. Asks through a scout that does nothing else of
 * weight, since one that waits for a dead mount could no longer speak for the other path. Returns a function that ends the watch.
 */
export function watchMounts(
  scout: () => ScoutClient, paths: readonly string[], answerMs: number, tell: (path: string, answers: boolean) => void,
): () => void {
  let ended = false;
  const timers = new Set<NodeJS.Timeout>();

  const later = (work: () => void, ms: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const watch = (path: string): void => later(() => {
    let silent = false;
    const patience = setTimeout(() => {
      silent = true;
      tell(path, false);
    }, answerMs);
    patience.unref();
    timers.add(patience);
    scout().ask({ op: 'ping', path }).then(() => {
      clearTimeout(patience);
      timers.delete(patience);
      if (silent && !ended) tell(path, true);
      if (!ended) watch(path);
    }, () => clearTimeout(patience));
  }, Math.min(askEveryMs, answerMs));

  paths.forEach(watch);
  return () => {
    ended = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
