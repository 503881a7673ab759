import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ByteName } from '../../../src-shared/byte-name.ts';
import { Passport } from '../../../src-shared/passport.ts';
import type { CostModel, FolderRecord } from '../../../src-shared/scout-protocol.ts';
import { fromJson, inTransaction, whole } from './database.ts';
import { jobKeys } from './jobs.ts';

/** `full`: all was new at the destination. `incremental`: most was there. */
export type CostKind = 'full' | 'incremental';

/** What identified both ends at the last good run. */
export interface Passports {
  readonly source: Passport;
  readonly destination: Passport;
}

/** What was learned from good runs, for the next ones. All that name a job throw `AppError` not-found for an unknown one. */
export interface LearnedStore {
  /** Sizes of folders, by path. */
  folders(jobId: string): FolderRecord[];
  /** Forgets what was known and keeps these, in one transaction. */
  replaceFolders(jobId: string, records: Iterable<FolderRecord>): void;
  /** Whether the source has files with several names; null where nobody knows. */
  hasLinks(jobId: string): boolean | null;
  setHasLinks(jobId: string, hasLinks: boolean): void;
  costs(jobId: string): { full: CostModel | null; incremental: CostModel | null };
  setCosts(jobId: string, kind: CostKind, model: CostModel): void;
  /** Null before the first good run. Throws data-damaged rather than forgetting: a rail depends on them. */
  passports(jobId: string): Passports | null;
  setPassports(jobId: string, passports: Passports): void;
  /** Workers that were best between two devices, whichever job found it (see run/devices.ts); null where none did. */
  poolSize(source: string, destination: string, kind: CostKind): number | null;
  setPoolSize(source: string, destination: string, kind: CostKind, workers: number): void;
}

/** What the jobs in `database` learned. */
export function learnedStore(database: DatabaseSync): LearnedStore {
  const keyOf = jobKeys(database);
  return {
    ...folderRecords(database, keyOf),
    ...linkFacts(database, keyOf),
    ...costModels(database, keyOf),
    ...passportRecords(database, keyOf),
    ...poolSizes(database),
  };
}

type KeyOf = (jobId: string) => number;

function folderRecords(database: DatabaseSync, keyOf: KeyOf): Pick<LearnedStore, 'folders' | 'replaceFolders'> {
  // Rows as arrays: there may be a million.
  const read = database.prepare('SELECT path, entries, bytes FROM folders WHERE job = ? ORDER BY path', { returnArrays: true });
  const forget = database.prepare('DELETE FROM folders WHERE job = ?');
  const put = database.prepare(`
    INSERT INTO folders (job, path, entries, bytes) VALUES (?, ?, ?, ?)
    ON CONFLICT (job, path) DO UPDATE SET entries = excluded.entries, bytes = excluded.bytes`);
  return {
    folders: (jobId) => (read.all(keyOf(jobId)) as unknown as [ByteName, number, number][])
      .map(([path, entries, bytes]) => ({ path, entries, bytes })),
    replaceFolders(jobId, records) {
      const key = keyOf(jobId);
      inTransaction(database, () => {
        forget.run(key);
        for (const record of records) put.run(key, record.path, whole(record.entries), whole(record.bytes));
      });
    },
  };
}

function linkFacts(database: DatabaseSync, keyOf: KeyOf): Pick<LearnedStore, 'hasLinks' | 'setHasLinks'> {
  const read = database.prepare('SELECT has_links FROM jobs WHERE key = ?');
  const put = database.prepare('UPDATE jobs SET has_links = ? WHERE key = ?');
  return {
    hasLinks(jobId) {
      const found = read.get(keyOf(jobId))?.['has_links'] ?? null;
      return found === null ? null : found === 1;
    },
    setHasLinks: (jobId, hasLinks) => void put.run(hasLinks ? 1 : 0, keyOf(jobId)),
  };
}

function costModels(database: DatabaseSync, keyOf: KeyOf): Pick<LearnedStore, 'costs' | 'setCosts'> {
  const read = database.prepare('SELECT kind, ms_per_entry, bytes_per_ms FROM costs WHERE job = ?');
  const put = database.prepare(`
    INSERT INTO costs (job, kind, ms_per_entry, bytes_per_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (job, kind) DO UPDATE SET ms_per_entry = excluded.ms_per_entry, bytes_per_ms = excluded.bytes_per_ms`);
  const model = (row: Record<string, SQLOutputValue> | undefined): CostModel | null =>
    (row === undefined ? null : { msPerEntry: Number(row['ms_per_entry']), bytesPerMs: Number(row['bytes_per_ms']) });
  return {
    costs(jobId) {
      const rows = read.all(keyOf(jobId));
      return {
        full: model(rows.find((row) => row['kind'] === 'full')),
        incremental: model(rows.find((row) => row['kind'] === 'incremental')),
      };
    },
    setCosts(jobId, kind, { msPerEntry, bytesPerMs }) {
      put.run(keyOf(jobId), kind, msPerEntry, bytesPerMs);
    },
  };
}

function passportRecords(database: DatabaseSync, keyOf: KeyOf): Pick<LearnedStore, 'passports' | 'setPassports'> {
  const read = database.prepare('SELECT source, destination FROM passports WHERE job = ?');
  const put = database.prepare(`
    INSERT INTO passports (job, source, destination) VALUES (?, ?, ?)
    ON CONFLICT (job) DO UPDATE SET source = excluded.source, destination = excluded.destination`);
  return {
    passports(jobId) {
      const row = read.get(keyOf(jobId));
      if (row === undefined) return null;
      return {
        source: fromJson(Passport, String(row['source']), `the source passport of job ${jobId}`),
        destination: fromJson(Passport, String(row['destination']), `the destination passport of job ${jobId}`),
      };
    },
    setPassports(jobId, { source, destination }) {
      put.run(keyOf(jobId), JSON.stringify(source), JSON.stringify(destination));
    },
  };
}

function poolSizes(database: DatabaseSync): Pick<LearnedStore, 'poolSize' | 'setPoolSize'> {
  const read = database.prepare('SELECT workers FROM pool_sizes WHERE source = ? AND destination = ? AND kind = ?');
  const put = database.prepare(`
    INSERT INTO pool_sizes (source, destination, kind, workers) VALUES (?, ?, ?, ?)
    ON CONFLICT (source, destination, kind) DO UPDATE SET workers = excluded.workers`);
  return {
    poolSize(source, destination, kind) {
      const row = read.get(source, destination, kind);
      return row === undefined ? null : Number(row['workers']);
    },
    setPoolSize(source, destination, kind, workers) {
      put.run(source, destination, kind, workers);
    },
  };
}
