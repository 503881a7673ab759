/** What unattended runs need: schedules and what became of them, protection by folder, alarms, trash, receipts, messages. */
export const trustSchema = `
  ALTER TABLE jobs ADD COLUMN schedule TEXT; -- JSON, Schedule
  ALTER TABLE jobs ADD COLUMN schedule_since INTEGER NOT NULL DEFAULT 0; -- when it became as it is: earlier due times are not its own
  ALTER TABLE jobs ADD COLUMN notify TEXT; -- JSON, JobNotify

  -- Each due time of a schedule, once it is decided.
  CREATE TABLE dues (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, -- waiting, ran, caught-up, skipped
    waits_for TEXT, -- start, settle, answer; null once it is decided
    run INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    reason TEXT,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (job, due_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dues_waiting ON dues (due_at) WHERE waits_for IS NOT NULL;

  -- What a run did in each top folder of its source.
  CREATE TABLE folder_runs (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    folder TEXT NOT NULL, -- ByteName; '' is what lies in the root itself
    state TEXT NOT NULL, -- done, warned, failed, held, not-reached
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    rewritten INTEGER, -- null where it was not counted
    deleted INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (run, folder)
  ) STRICT, WITHOUT ROWID;

  -- Names that failed in the newest run of a job, and since when.
  CREATE TABLE failures (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_run INTEGER NOT NULL,
    last_run INTEGER NOT NULL,
    PRIMARY KEY (job, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    folder TEXT NOT NULL, -- ByteName
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    names TEXT NOT NULL, -- JSON, string[]
    cleared_at INTEGER
  ) STRICT;
  CREATE INDEX alarms_open ON alarms (job) WHERE cleared_at IS NULL;

  -- Trash folders at destinations: DEST/.daybreak/trash/<folder>.
  CREATE TABLE trash (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    destination TEXT NOT NULL,
    folder TEXT NOT NULL,
    at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trash_by_end ON trash (kept_until);

  -- The text that was hashed is what is kept. Rows outlive their runs: a missing one must show.
  CREATE TABLE receipts (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL UNIQUE,
    receipt TEXT NOT NULL, -- JSON, Receipt
    hash TEXT NOT NULL,
    previous TEXT NOT NULL
  ) STRICT;

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    message TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER, -- null: sent, or given up
    sent_at INTEGER,
    error TEXT
  ) STRICT;
  CREATE INDEX outbox_waiting ON outbox (next_try_at) WHERE next_try_at IS NOT NULL;
`;
