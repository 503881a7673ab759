import { useEffect, useState } from 'react';
import type { TimelineBar } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

const againAfterMs = 1000;

/** The ended units of a run, fetched as they come until there are all. Null: a dry run, or one that has no number yet. */
export function useTimeline(run: number | null): readonly TimelineBar[] {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [bars, setBars] = useState<readonly TimelineBar[]>([]);
  useEffect(() => {
    setBars([]);
    if (run === null || !isOpen) return undefined;
    let timer = 0;
    let hasLeft = false;
    const fetchFrom = async (after: number): Promise<void> => {
      const page = await calls.history.timeline({ run, after });
      if (hasLeft) return;
      if (page.bars.length > 0) setBars((known) => [...known, ...page.bars]);
      if (page.isAll) return;
      timer = window.setTimeout(() => void fetchFrom(page.next).catch(() => undefined), page.bars.length > 1000 ? 0 : againAfterMs);
    };
    // Without a timeline the rest of the page still tells everything.
    fetchFrom(0).catch(() => undefined);
    return () => {
      hasLeft = true;
      window.clearTimeout(timer);
    };
  }, [calls, run, isOpen]);
  return bars;
}
