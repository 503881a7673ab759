import { useEffect, useState } from 'react';
import type { RunMeters } from '../../../src-shared/run-meters.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

/** The meters of a run of this host, as they come; null before the first. What was measured stays while the connection is lost. */
export function useRunMeters(runKey: string): RunMeters | null {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [known, setKnown] = useState<{ readonly runKey: string; readonly meters: RunMeters } | null>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const leaving = new AbortController();
    const read = async (): Promise<void> => {
      const stream = await calls.runs.meters({ key: runKey }, { signal: leaving.signal });
      for await (const { facts, samples, from } of stream) {
        if (leaving.signal.aborted) return;
        setKnown((last) => ({ runKey, meters: { facts, samples: [...(last?.runKey === runKey ? last.meters.samples.slice(0, from) : []), ...samples] } }));
      }
    };
    // Without meters the rest of the page still tells everything; a lost connection is told in its own words.
    read().catch(() => undefined);
    return () => leaving.abort();
  }, [calls, runKey, isOpen]);
  return known?.runKey === runKey ? known.meters : null;
}
