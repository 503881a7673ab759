import { useEffect, useRef, useState } from 'react';
import type { TimelineBar } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

const againAfterMs = 1000;
/** The last ones are written down with the end of the run. */
const atTheEndMs = 200;

/** The ended units of a run, fetched as they come until there are all. `run` null: a dry run, or one that has no number yet. */
export function useTimeline(run: number | null, hasEnded: boolean): readonly TimelineBar[] {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [bars, setBars] = useState<readonly TimelineBar[]>([]);
  const wake = useRef<() => void>(() => undefined);
  const isOver = useRef(hasEnded);
  useEffect(() => {
    isOver.current = hasEnded;
    if (hasEnded) wake.current();
  }, [hasEnded]);
  useEffect(() => {
    setBars([]);
    if (run === null || !isOpen) return undefined;
    let hasLeft = false;
    const fetchAll = async (): Promise<void> => {
      for (let after = 0; ;) {
        const page = await calls.history.timeline({ run, after });
        if (hasLeft) return;
        if (page.bars.length > 0) setBars((known) => [...known, ...page.bars]);
        if (page.isAll) return;
        after = page.next;
        await new Promise<void>((resolve) => {
          wake.current = resolve;
          window.setTimeout(resolve, page.bars.length > 1000 ? 0 : isOver.current ? atTheEndMs : againAfterMs);
        });
        if (hasLeft) return;
      }
    };
    // Without a timeline the rest of the page still tells everything.
    fetchAll().catch(() => undefined);
    return () => {
      hasLeft = true;
      wake.current();
    };
  }, [calls, run, isOpen]);
  return bars;
}
