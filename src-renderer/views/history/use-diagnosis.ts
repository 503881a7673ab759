import { useEffect, useState } from 'react';
import type { Calls } from '../../../src-shared/contract/contract.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

type Diagnosis = Awaited<ReturnType<Calls['history']['diagnosis']>>;

/** What was measured in a run of the history, once it has ended; null until it is here. */
export function useDiagnosis(run: number, hasEnded: boolean): Diagnosis | null {
  const calls = useCalls();
  const isOpen = useAppStore((state) => state.connection === 'open');
  const [found, setFound] = useState<{ run: number; diagnosis: Diagnosis } | null>(null);
  useEffect(() => {
    if (!hasEnded || !isOpen) return undefined;
    let hasLeft = false;
    // Without it the rest of the page still tells everything.
    calls.history.diagnosis({ run }).then((diagnosis) => { if (!hasLeft) setFound({ run, diagnosis }); }, () => undefined);
    return () => { hasLeft = true; };
  }, [calls, run, hasEnded, isOpen]);
  return found?.run === run ? found.diagnosis : null;
}
