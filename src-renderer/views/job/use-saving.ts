import { notifications } from '@mantine/notifications';
import { useRef, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { JobDraft } from '../../../src-shared/job.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { go } from '../../shell/route.ts';

/** What follows on saving. */
export type AfterSaving = 'nothing' | 'run' | 'dry-run';

export interface Saving {
  readonly isSaving: boolean;
  readonly failure: ErrorData | null;
  /** Saves, then starts what was asked for and goes there. */
  readonly save: (draft: JobDraft, after: AfterSaving) => Promise<void>;
}

/**
 * `onSaved` is called as soon as the definition is stored, before the page is left. A run that then does not start leaves
 * a saved job behind: saving again changes that job and makes no second one.
 */
export function useSaving(jobId: string | null, onSaved: () => void): Saving {
  const calls = useCalls();
  const savedId = useRef(jobId);
  const [isSaving, setIsSaving] = useState(false);
  const [failure, setFailure] = useState<ErrorData | null>(null);

  async function save(draft: JobDraft, after: AfterSaving): Promise<void> {
    setIsSaving(true);
    setFailure(null);
    try {
      const known = savedId.current;
      const job = known === null ? await calls.jobs.create(draft) : await calls.jobs.update({ id: known, draft });
      savedId.current = job.id;
      onSaved();
      if (after === 'nothing') {
        notifications.show({ message: `“${job.name}” is saved.` });
        go({ name: 'overview' });
      } else {
        const { key } = await calls.runs.start({ jobId: job.id, dryRun: after === 'dry-run' });
        go({ name: 'run', key });
      }
    } catch (thrown) {
      setFailure(errorDataOf(thrown));
    } finally {
      setIsSaving(false);
    }
  }

  return { isSaving, failure, save };
}
