import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { RunState } from '../../../src-shared/run.ts';
import type { PastRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { useAppStore } from '../../store/app-store.ts';

export interface HistoryFilter {
  readonly jobId?: string;
  readonly states?: RunState[];
  readonly since?: number;
  readonly until?: number;
}

const pageSize = 100;
/** Pages kept; what is further away is asked for again. */
const mostPages = 30;

/** Rows of the history by their place, fetched by the page as they come into sight. */
export function useHistoryPages(filter: HistoryFilter) {
  const calls = useCalls();
  const version = useAppStore((state) => state.historyVersion);
  const isOpen = useAppStore((state) => state.connection === 'open');
  const key = JSON.stringify(filter);
  const pages = useRef({ key: '', version: -1, loaded: new Map<number, readonly PastRun[]>(), asked: new Set<number>() });
  const [total, setTotal] = useState<number | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [, redraw] = useState(0);

  const load = useCallback(async (page: number): Promise<void> => {
    const current = pages.current;
    if (current.asked.has(page)) return;
    current.asked.add(page);
    try {
      const answer = await calls.history.page({ ...(JSON.parse(key) as HistoryFilter), offset: page * pageSize, limit: pageSize });
      if (pages.current !== current) return;
      current.loaded.set(page, answer.runs);
      for (const old of [...current.loaded.keys()].slice(0, Math.max(0, current.loaded.size - mostPages))) {
        current.loaded.delete(old);
        current.asked.delete(old);
      }
      setTotal(answer.total);
      setFailure(null);
      redraw((count) => count + 1);
    } catch (thrown) {
      current.asked.delete(page);
      if (pages.current === current) setFailure(errorDataOf(thrown));
    }
  }, [calls, key]);

  useEffect(() => {
    if (!isOpen) return;
    const last = pages.current;
    // Old rows of the same choice stay in sight until the new ones are here.
    pages.current = { key, version, loaded: new Map(last.key === key ? last.loaded : []), asked: new Set() };
    void load(0);
  }, [key, version, isOpen, load]);

  const rowAt = useCallback((index: number): PastRun | null => {
    const page = Math.floor(index / pageSize);
    if (!pages.current.asked.has(page)) queueMicrotask(() => void load(page));
    return pages.current.loaded.get(page)?.[index % pageSize] ?? null;
  }, [load]);
  return { total, rowAt, failure, reload: () => void load(0) };
}
