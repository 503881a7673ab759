import { useEffect, useState } from 'react';
import type { Calls } from '../../../src-shared/contract/contract.ts';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Schedule } from '../../../src-shared/schedule.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { scheduleProblem } from './schedule-draft.ts';

/** Typing is quicker than an answer is read. */
const waitMs = 250;

type Preview = Awaited<ReturnType<Calls['schedule']['preview']>>;

/** The next times of a schedule. The answer before stays while the next one is awaited, so that nothing jumps. */
export interface SchedulePreview {
  readonly preview: Preview | null;
  readonly failure: ErrorData | null;
  /** What is shown is not of what is chosen now. */
  readonly isOld: boolean;
}

export function useSchedulePreview(schedule: Schedule | null): SchedulePreview {
  const calls = useCalls();
  const [answer, setAnswer] = useState<{ of: string; preview: Preview | null; failure: ErrorData | null }>({ of: '', preview: null, failure: null });
  const asked = schedule?.enabled === true && scheduleProblem(schedule) === null ? JSON.stringify(schedule) : null;

  useEffect(() => {
    if (asked === null) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      calls.schedule.preview({ schedule: JSON.parse(asked) as Schedule, count: 5 }, { signal: leaving.signal }).then(
        (preview) => {
          if (!leaving.signal.aborted) setAnswer({ of: asked, preview, failure: null });
        },
        (thrown: unknown) => {
          if (!leaving.signal.aborted) setAnswer({ of: asked, preview: null, failure: errorDataOf(thrown) });
        },
      );
    }, waitMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [asked, calls]);

  return { preview: answer.preview, failure: answer.of === asked ? answer.failure : null, isOld: answer.of !== asked };
}
