import { useEffect, useState } from 'react';
import type { Calls } from '../../../src-shared/contract/contract.ts';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';

export type KeptResult = Awaited<ReturnType<Calls['lab']['results']>>[number];

/** What the Lab has measured for a job, or for folders of no job, newest first; null until it is here. Asked again when `version` changes. */
export function useLabResults(jobId: string | null, version: string): readonly KeptResult[] | null {
  const calls = useCalls();
  const isOpen = useAppStore((app) => app.connection === 'open');
  const [found, setFound] = useState<{ jobId: string | null; results: readonly KeptResult[] } | null>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    let hasLeft = false;
    calls.lab.results({ jobId }).then(
      (results) => { if (!hasLeft) setFound({ jobId, results: results.filter((result) => result.jobId === jobId) }); },
      () => undefined,
    );
    return () => { hasLeft = true; };
  }, [calls, jobId, version, isOpen]);
  return found?.jobId === jobId ? found.results : null;
}
