import type { DatabaseSync } from 'node:sqlite';
import { trustSchema } from './trust-schema.ts';

/**
 * One step of the schema, from `version - 1` to `version`. Once released it is never edited: a later step changes
 * what an earlier one made. Each version has a stored database in test/fixtures/databases.
 */
export interface Migration {
  readonly version: number;
  run(database: DatabaseSync): void;
}

/** Every table of version 1. Times in ms since the epoch, durations in ms, sizes in bytes, names as `ByteName`. */
const firstSchema = `
  -- When a large file was last checked as a whole.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE jobs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    options TEXT NOT NULL, -- JSON, JobOptions
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX jobs_ad_hoc ON jobs (source, destination) WHERE kind = 'ad-hoc';

  -- Source and destination stand here again: a saved job may be given others later.
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    trigger TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    began_at INTEGER, -- when copying began; null where a check stopped the run before
    ended_at INTEGER, -- null while the run is live
    totals TEXT NOT NULL, -- JSON, RunTotals
    notices TEXT NOT NULL, -- JSON, Notice[]
    limited_by TEXT,
    error TEXT, -- JSON, ErrorData
    rsync_version TEXT,
    host_pid INTEGER NOT NULL,
    host_start_time TEXT NOT NULL,
    locked_at INTEGER -- by the clock of the destination
  ) STRICT;
  CREATE INDEX runs_by_job ON runs (job, id);
  CREATE INDEX runs_by_destination ON runs (destination, state);
  CREATE INDEX runs_live ON runs (id) WHERE ended_at IS NULL;

  CREATE TABLE units (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    unit INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    names TEXT, -- JSON, ByteName[]: only while the unit runs
    names_total INTEGER NOT NULL,
    state TEXT NOT NULL,
    lane INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    files_transferred INTEGER NOT NULL,
    bytes_transferred INTEGER NOT NULL,
    code INTEGER,
    argv TEXT NOT NULL, -- JSON, string[], shortened
    last_lines TEXT NOT NULL, -- JSON, string[]
    UNIQUE (run, unit, attempt)
  ) STRICT;
  CREATE INDEX units_running ON units (run) WHERE names IS NOT NULL;

  -- What a job learned for its next run.
  CREATE TABLE folders (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    path TEXT NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (job, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE linked_folders (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    link_group INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (job, link_group, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE costs (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- full, incremental
    ms_per_entry REAL NOT NULL,
    bytes_per_ms REAL NOT NULL,
    PRIMARY KEY (job, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE passports (
    job INTEGER PRIMARY KEY REFERENCES jobs (key) ON DELETE CASCADE,
    source TEXT NOT NULL, -- JSON, Passport
    destination TEXT NOT NULL -- JSON, Passport
  ) STRICT;

  -- Processes that must not outlive their host; swept at the next start.
  CREATE TABLE processes (
    pid INTEGER NOT NULL,
    start_time TEXT NOT NULL,
    kind TEXT NOT NULL,
    run INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    host_pid INTEGER NOT NULL,
    host_start_time TEXT NOT NULL,
    PRIMARY KEY (pid, start_time)
  ) STRICT, WITHOUT ROWID;
`;

/** What the interface keeps: settings, and the removals that wait for approval. */
const interfaceSchema = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID; -- JSON

  CREATE TABLE held (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    place INTEGER NOT NULL, -- order of the reasons
    reason TEXT NOT NULL,
    names TEXT NOT NULL, -- JSON, string[], at most 10,000
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (run, place)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX runs_by_state ON runs (state, id);
`;

/** The size that pools found best between two devices. */
const poolSchema = `
  CREATE TABLE pool_sizes (
    source TEXT NOT NULL, -- the device, as run/devices.ts names it
    destination TEXT NOT NULL,
    kind TEXT NOT NULL, -- full, incremental
    workers INTEGER NOT NULL,
    PRIMARY KEY (source, destination, kind)
  ) STRICT, WITHOUT ROWID;
`;

/** What limited runs, what the Lab measured, and large files that were cut off. */
const diagnosisSchema = `
  CREATE TABLE diagnoses (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    meters TEXT, -- JSON, RunMeters
    work TEXT, -- JSON, RunWork
    verdict TEXT -- JSON, Verdict
  ) STRICT;

  CREATE TABLE lab_results (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER REFERENCES jobs (key) ON DELETE CASCADE, -- null: measured for no job
    at INTEGER NOT NULL,
    result TEXT NOT NULL -- JSON, LabResult
  ) STRICT;
  CREATE TABLE cut_files (
    kept TEXT PRIMARY KEY, -- its name at the destination
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    file TEXT NOT NULL, -- JSON, CutFile
    UNIQUE (job, name)
  ) STRICT;
  CREATE INDEX lab_results_by_job ON lab_results (job, id);
`;

/** The whole chain, oldest first. The newest version is that of the last step. */
export const migrations: readonly Migration[] = [
  { version: 1, run: (database) => database.exec(firstSchema) },
  { version: 2, run: (database) => database.exec(interfaceSchema) },
  { version: 3, run: (database) => database.exec(trustSchema) },
  { version: 4, run: (database) => database.exec(poolSchema) },
  { version: 5, run: (database) => database.exec(diagnosisSchema) },
  // What folders share hard links is found anew by each walk.
  { version: 6, run: (database) => database.exec('DROP TABLE linked_folders') },
  // Whether the last good run met files with several names; null: nobody knows.
  { version: 7, run: (database) => database.exec('ALTER TABLE jobs ADD COLUMN has_links INTEGER') },
];
