import type { LiveRuns } from '../core/live/live-runs.ts';
import type { ElectronSurface } from './surface.ts';

/** Keeps the machine from going to sleep while a run is live, and only then. Returns what ends that. */
export function stayAwake({ powerSaveBlocker }: Pick<ElectronSurface, 'powerSaveBlocker'>, live: Pick<LiveRuns, 'hasLive' | 'subscribe'>): () => void {
  let blocker: number | null = null;
  const release = (): void => {
    if (blocker !== null) powerSaveBlocker.stop(blocker);
    blocker = null;
  };
  const follow = (): void => {
    if (live.hasLive()) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else release();
  };
  follow();
  const unsubscribe = live.subscribe(follow);
  return () => {
    unsubscribe();
    release();
  };
}
