import { useCallback, useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { LabRequest, LabState } from '../../../src-shared/lab.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';

export interface Lab {
  /** Of the Lab that runs or ended last; null: none. */
  readonly state: LabState | null;
  readonly isLive: boolean;
  readonly isStarting: boolean;
  /** Why it did not start. */
  readonly failure: ErrorData | null;
  readonly start: (request: LabRequest) => void;
  readonly cancel: () => void;
}

/** The Lab of this host: there is one at a time, whoever started it. */
export function useLab(): Lab {
  const calls = useCalls();
  const isOpen = useAppStore((app) => app.connection === 'open');
  const [key, setKey] = useState<string | null>(null);
  const [state, setState] = useState<LabState | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const [failure, setFailure] = useState<ErrorData | null>(null);

  useEffect(() => {
    if (!isOpen) return undefined;
    let hasLeft = false;
    calls.lab.current().then((current) => { if (!hasLeft) setKey(current.key); }, () => undefined);
    return () => { hasLeft = true; };
  }, [calls, isOpen]);

  useEffect(() => {
    if (key === null || !isOpen) return undefined;
    const leaving = new AbortController();
    const read = async (): Promise<void> => {
      const stream = await calls.lab.follow({ key }, { signal: leaving.signal });
      for await (const next of stream) {
        if (leaving.signal.aborted) return;
        setState(next);
      }
    };
    // The connection's own words tell when it is lost; another host knows nothing of this Lab.
    read().catch(() => { if (!leaving.signal.aborted) setState(null); });
    return () => leaving.abort();
  }, [calls, key, isOpen]);

  const start = useCallback((request: LabRequest): void => {
    setIsStarting(true);
    setFailure(null);
    calls.lab.start(request)
      .then((started) => setKey(started.key), (thrown: unknown) => setFailure(errorDataOf(thrown)))
      .finally(() => setIsStarting(false));
  }, [calls]);
  const cancel = useCallback((): void => {
    if (key !== null) calls.lab.cancel({ key }).catch(tellError);
  }, [calls, key]);
  const isLive = state !== null && ['sampling', 'measuring', 'clearing'].includes(state.phase);
  return { state, isLive, isStarting, failure, start, cancel };
}
