import { useEffect, useState } from 'react';
import type { MeterSample } from '../../../src-shared/meter-sample.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

const mostSamples = 120;

/** The machine's samples of two minutes, as long as somebody looks at them. */
export function useMeters(): readonly MeterSample[] {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [samples, setSamples] = useState<readonly MeterSample[]>([]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const leaving = new AbortController();
    const read = async (): Promise<void> => {
      const stream = await calls.machine.meters(undefined, { signal: leaving.signal });
      for await (const frame of stream) setSamples((known) => [...known, ...frame.samples].slice(-mostSamples));
    };
    setSamples([]);
    // The connection's own words tell when it is lost.
    read().catch(() => undefined);
    return () => leaving.abort();
  }, [calls, isOpen]);
  return samples;
}
