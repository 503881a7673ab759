import type { Calls } from '../../src-shared/contract/contract.ts';
import { useAppStore } from '../store/app-store.ts';

let current = 0;

/** Reads the feed into the store until the connection ends. A later call takes the place of an earlier one. */
export async function followFeed(calls: Calls): Promise<void> {
  const mine = ++current;
  const { begin, take, setConnection } = useAppStore.getState();
  try {
    const feed = await calls.feed.watch();
    begin();
    setConnection('open');
    for await (const frame of feed) {
      if (mine !== current) return;
      take(frame);
    }
  } catch {
    if (mine === current && useAppStore.getState().connection === 'open') setConnection('lost');
  }
}
