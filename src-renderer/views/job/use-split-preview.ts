import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import { validateExclude } from '../../../src-shared/exclude-pattern.ts';
import type { SplitPreview } from '../../../src-shared/place.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { type Draft, pathSyntaxProblem } from './draft.ts';

const waitMs = 300;

/** How the source would be split, as far as it is known. */
export interface PreviewState {
  readonly split: SplitPreview | null;
  readonly failure: ErrorData | null;
}

interface Measured extends PreviewState {
  readonly of: string;
}

/**
 * Walks the source while the component is there, from the start again when the source or its patterns change: later steps
 * tell whether it fits and how large it is, also to who went on before the walk was done.
 */
export function useSplitPreview(draft: Draft): PreviewState {
  const calls = useCalls();
  const [measured, setMeasured] = useState<Measured | null>(null);
  const { source } = draft;
  const excludes = draft.options.excludes.filter((pattern) => validateExclude(pattern) === null);
  const of = source === '' || pathSyntaxProblem(source) !== null ? null : JSON.stringify([source, excludes]);
  const isDone = measured?.of === of && (measured.split?.isWhole ?? false);

  useEffect(() => {
    if (of === null || isDone) return;
    const leaving = new AbortController();
    async function watch(key: string): Promise<void> {
      const frames = await calls.places.preview({ source, excludes }, { signal: leaving.signal });
      for await (const split of frames) {
        if (leaving.signal.aborted) return;
        setMeasured({ of: key, split, failure: null });
      }
    }
    const timer = setTimeout(() => {
      watch(of).catch((thrown: unknown) => {
        if (!leaving.signal.aborted) setMeasured((last) => ({ of, split: last?.of === of ? last.split : null, failure: errorDataOf(thrown) }));
      });
    }, waitMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
    // `of` holds all that is sent.
  }, [of, isDone, calls]);

  return measured?.of === of ? measured : { split: null, failure: null };
}
