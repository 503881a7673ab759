import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { PlaceCheck } from '../../../src-shared/place.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { type Draft, pathSyntaxProblem } from './draft.ts';

/** Typing and clicking are quicker than a look at two disks. */
const waitMs = 250;

/** What the checks before a run say of the places chosen so far; `check` is null until the first answer for these places. */
export interface CheckState {
  readonly check: PlaceCheck | null;
  readonly isChecking: boolean;
  /** The check itself did not come through, for example because a share does not answer. */
  readonly failure: ErrorData | null;
}

interface Answer {
  readonly asked: string;
  readonly places: string;
  readonly check: PlaceCheck | null;
  readonly failure: ErrorData | null;
}

/** Asks again whenever the draft changes, and never shows an answer for other places than those chosen now. */
export function usePlaceCheck(draft: Draft, jobId: string | null): CheckState {
  const calls = useCalls();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const source = usable(draft.source);
  const destination = usable(draft.destination);
  const places = JSON.stringify([source, destination]);
  const asked = source === null && destination === null ? null : JSON.stringify([source, destination, draft.options, jobId]);
  const { options } = draft;

  useEffect(() => {
    if (asked === null) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      calls.places.check({ source, destination, options, jobId }, { signal: leaving.signal }).then(
        (check) => {
          if (!leaving.signal.aborted) setAnswer({ asked, places, check, failure: null });
        },
        (thrown: unknown) => {
          if (!leaving.signal.aborted) setAnswer({ asked, places, check: null, failure: errorDataOf(thrown) });
        },
      );
    }, waitMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
    // `asked` holds all that is sent.
  }, [asked, calls]);

  const isOfThese = answer?.places === places;
  return {
    check: isOfThese ? answer.check : null,
    isChecking: asked !== null && answer?.asked !== asked,
    failure: isOfThese ? answer.failure : null,
  };
}

function usable(path: string): string | null {
  return path === '' || pathSyntaxProblem(path) !== null ? null : path;
}
