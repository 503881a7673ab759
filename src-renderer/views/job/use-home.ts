import { useEffect, useState } from 'react';
import type { FaceFacts } from '../../../src-shared/app-state.ts';
import { useCalls } from '../../connection/calls.tsx';

/** The folder of the user who runs Daybreak, where it is in the usual place and can be read; null until then. */
export function useHome(face: FaceFacts | null): string | null {
  const calls = useCalls();
  const [home, setHome] = useState<string | null>(null);
  const usual = face && usualHome(face);

  useEffect(() => {
    if (usual === null) return;
    const leaving = new AbortController();
    calls.places.list({ path: usual }, { signal: leaving.signal }).then(
      ({ path }) => {
        if (!leaving.signal.aborted) setHome(path);
      },
      // Somewhere else, then: the other shortcuts remain.
      () => undefined,
    );
    return () => leaving.abort();
  }, [calls, usual]);

  return home;
}

function usualHome({ isRoot, platform, userName }: FaceFacts): string {
  if (platform === 'darwin') return isRoot ? '/var/root' : `/Users/${userName}`;
  return isRoot ? '/root' : `/home/${userName}`;
}
