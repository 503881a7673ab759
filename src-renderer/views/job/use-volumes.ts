import { useCallback, useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Volume } from '../../../src-shared/place.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';

/** The mounted volumes; null until they are known. `reload` looks again, for a disk that was plugged in meanwhile. */
export interface VolumesState {
  readonly volumes: readonly Volume[] | null;
  readonly failure: ErrorData | null;
  readonly reload: () => void;
}

export function useVolumes(): VolumesState {
  const calls = useCalls();
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Omit<VolumesState, 'reload'>>({ volumes: null, failure: null });

  useEffect(() => {
    const leaving = new AbortController();
    calls.places.volumes(undefined, { signal: leaving.signal }).then(
      (volumes) => {
        if (!leaving.signal.aborted) setAnswer({ volumes, failure: null });
      },
      (thrown: unknown) => {
        if (!leaving.signal.aborted) setAnswer((last) => ({ volumes: last.volumes, failure: errorDataOf(thrown) }));
      },
    );
    return () => leaving.abort();
  }, [calls, round]);

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { ...answer, reload };
}
