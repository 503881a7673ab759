import { useCallback, useEffect, useState } from 'react';
import type { Calls } from '../../../src-shared/contract/contract.ts';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { NotifySettings } from '../../../src-shared/notify.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';

type Kept = Awaited<ReturnType<Calls['notify']['get']>>;

/** How people are told, as it is kept; null until it is known. */
export interface NotifyState {
  readonly kept: Kept | null;
  readonly failure: ErrorData | null;
  /** Keeps the settings; `mailPassword` only where it is to be another one, null to forget it. Throws what the call threw. */
  readonly save: (settings: NotifySettings, mailPassword?: string | null) => Promise<void>;
}

export function useNotifySettings(): NotifyState {
  const calls = useCalls();
  const [kept, setKept] = useState<Kept | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    calls.notify.get().then(setKept, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls]);
  const save = useCallback(async (settings: NotifySettings, mailPassword?: string | null): Promise<void> => {
    await calls.notify.set({ settings, ...(mailPassword === undefined ? {} : { mailPassword }) });
    setKept(await calls.notify.get());
  }, [calls]);
  return { kept, failure, save };
}
