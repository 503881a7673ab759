import { useCallback, useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { FolderListing } from '../../../src-shared/place.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';

/** What is in a folder. The listing before stays while the next one is read, so that the list does not flicker. */
export interface FolderState {
  readonly listing: FolderListing | null;
  readonly isReading: boolean;
  readonly failure: ErrorData | null;
  readonly reload: () => void;
}

export function useFolder(path: string): FolderState {
  const calls = useCalls();
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{ of: string; listing: FolderListing | null; failure: ErrorData | null }>({ of: '', listing: null, failure: null });
  const of = `${round} ${path}`;

  useEffect(() => {
    const leaving = new AbortController();
    calls.places.list({ path }, { signal: leaving.signal }).then(
      (listing) => {
        if (!leaving.signal.aborted) setAnswer({ of, listing, failure: null });
      },
      (thrown: unknown) => {
        if (!leaving.signal.aborted) setAnswer({ of, listing: null, failure: errorDataOf(thrown) });
      },
    );
    return () => leaving.abort();
  }, [calls, path, of]);

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { listing: answer.listing, isReading: answer.of !== of, failure: answer.of === of ? answer.failure : null, reload };
}
