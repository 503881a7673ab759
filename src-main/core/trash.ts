import type { ByteName } from '../../src-shared/byte-name.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { JobOptions } from '../../src-shared/job.ts';
import type { TrashEntry, TrashItem } from '../../src-shared/protection.ts';
import type { Ports } from './ports.ts';
import { display, fromText } from './rsync/byte-name.ts';
import { unescapeName } from './rsync/output.ts';
import { probeRsync } from './rsync/probe.ts';
import { restoreCall } from './rsync/restore-call.ts';
import { journalFor } from './run/journal.ts';
import { createPool, plainCall, type Pool } from './run/pool.ts';
import { trashPath } from './run/run-options.ts';
import { startScout, type ScoutClient } from './run/scout-client.ts';
import type { Store } from './store/open-store.ts';
import type { TrashRow } from './store/trash.ts';

/** A destination that has not answered for so long is said to hang, ms. */
const answerMs = 15_000;
/** Names handed to one rsync. */
const namesAtOnce = 100_000;

/** What runs moved away instead of deleting or overwriting it. All throw `AppError`, not-found for a run without trash. */
export interface Trash {
  /** Newest first. */
  list(jobId: string): TrashEntry[];
  /** What lies directly in `folder`: at most 5,000 names, as people are shown them. */
  browse(jobId: string, run: number, folder: string): Promise<{ items: TrashItem[]; isAll: boolean }>;
  /**
   * Copies `names` (as `browse` showed them, with their folders before them) into `target`, by rsync: owners, modes, times and
   * links are as they were. Nothing that is there is overwritten or given other attributes: what is not the same is counted as
   * `kept`. Throws `AppError` where rsync could not copy something; what it could is there then.
   */
  restore(jobId: string, run: number, names: readonly string[], target: string): Promise<{ restored: number; kept: number }>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** The trash as the scouts of `ports` see it. */
export function createTrash({ ports, store }: { readonly ports: Ports; readonly store: () => Store }): Trash {
  const pools = new Set<Pool>();

  async function withScout<Result>(use: (scout: ScoutClient) => Promise<Result>): Promise<Result> {
    const scout = startScout(ports.workerHost);
    try {
      return await use(scout);
    } finally {
      scout.close();
    }
  }

  /** Copies exactly these names, all of which the target lacked a moment ago. */
  async function copy(row: TrashRow, options: JobOptions, names: ByteName[], target: string): Promise<void> {
    const rsync = await probeRsync(ports.env);
    const pool = createPool(ports.workerHost, journalFor({ store: store(), run: 0 }), 1);
    pools.add(pool);
    try {
      const call = restoreCall({ ...rsync, from: trashPath(row.destination, row.folder), names, target, options });
      const { result } = await pool.run({
        unit: 1, weight: 0, message: () => plainCall(call),
      });
      if (result?.code === 0) return;
      throw new AppError({
        kind: 'permission', message: `Not all of it could be copied to ${target}.`,
        hint: 'See why below, mend it and restore again: what is there already is not copied twice.', detail: result?.lastLines.join('\n'),
      });
    } finally {
      await pool.close();
      pools.delete(pool);
    }
  }

  return {
    list: (jobId) => store().trash.list(jobId).map(({ run, at, keptUntil }) => ({ jobId, run, at, keptUntil })),
    async browse(jobId, run, folder) {
      const { destination, folder: place } = store().trash.get(jobId, run);
      const { items, isAll } = await withScout((scout) => scout.ask(
        { op: 'browse-trash', destination, folder: place, path: fromShown(folder) }, { path: destination, answerMs },
      ));
      return { items: items.map((item) => ({ ...item, name: display(item.name) })), isAll };
    },
    restore(jobId, run, names, target) {
      const row = store().trash.get(jobId, run);
      const options = store().jobs.find(jobId)!.options;
      const { destination, folder } = row;
      const chosen = names.map(fromShown);
      return withScout(async (scout) => {
        const done = { restored: 0, kept: 0 };
        for (let skip = 0, isAll = false; !isAll;) {
          const planned = await scout.ask({ op: 'plan-restore', destination, folder, names: chosen, target, skip, most: namesAtOnce });
          if (planned.names.length > 0) await copy(row, options, planned.names, target);
          done.restored += planned.files;
          done.kept += planned.kept;
          ({ next: skip, isAll } = planned);
        }
        return done;
      });
    },
    async close() {
      await Promise.all([...pools].map((pool) => pool.close()));
    },
  };
}

/** The name behind what people were shown. Whether it stays in the trash is for the scout to judge. */
function fromShown(shown: string): ByteName {
  return unescapeName(fromText(shown)) as ByteName;
}
