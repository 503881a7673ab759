import { join } from 'node:path';
import { alarmStore, type AlarmStore } from './alarms.ts';
import { cutFileStore, type CutFileStore } from './cut-files.ts';
import { diagnosisStore, type DiagnosisStore } from './diagnoses.ts';
import { dueStore, type DueStore } from './dues.ts';
import { makeDataFolder } from './folder.ts';
import { heldStore, type HeldStore } from './held.ts';
import { jobStore, type JobStore } from './jobs.ts';
import { labResultStore, type LabResultStore } from './lab-results.ts';
import { learnedStore, type LearnedStore } from './learned.ts';
import { migrations, type Migration } from './migrations.ts';
import { notifyFacts, type NotifyFacts } from './notify-facts.ts';
import { openDatabase, waitMsByDefault } from './open-database.ts';
import { outboxStore, type Outbox } from './outbox.ts';
import { processJournal, type ProcessJournal } from './process-journal.ts';
import { protectionStore, type ProtectionStore } from './protection.ts';
import { keptByDefault, type Kept } from './prune.ts';
import { receiptStore, type ReceiptStore } from './receipts.ts';
import { historyStore, type HistoryStore } from './history.ts';
import { runStore, type RunStore } from './runs.ts';
import { schedulerRecord, type SchedulerRecord } from './scheduler-record.ts';
import { settingsStore, type SettingsStore } from './settings.ts';
import { storeError, withStoreErrors } from './store-error.ts';
import { trashStore, type TrashStore } from './trash.ts';
import { unitStore, type UnitStore } from './units.ts';
import { writeBehind } from './write-behind.ts';

/**
 * What Daybreak remembers: one SQLite file in the data folder, which several processes may have open at once.
 * Calls are synchronous. Any of them may throw `AppError` busy (another process wrote for longer than 5 s), no-space,
 * permission or data-damaged, but `units.started`, `ended` and `changed` never do so: a backup goes on without them.
 */
export interface Store {
  /** The database, absolute. */
  readonly file: string;
  readonly jobs: JobStore;
  readonly runs: RunStore;
  readonly units: UnitStore;
  readonly learned: LearnedStore;
  readonly journal: ProcessJournal;
  /** Pages of runs and units, for those who look back. */
  readonly history: HistoryStore;
  readonly held: HeldStore;
  /** What runs did by top folder, and which names failed. */
  readonly protection: ProtectionStore;
  readonly cutFiles: CutFileStore;
  readonly diagnoses: DiagnosisStore;
  readonly labResults: LabResultStore;
  readonly receipts: ReceiptStore;
  readonly alarms: AlarmStore;
  readonly trash: TrashStore;
  readonly settings: SettingsStore;
  readonly notify: NotifyFacts;
  readonly outbox: Outbox;
  readonly dues: DueStore;
  readonly scheduler: SchedulerRecord;
  /** Writes what waits and closes the file. Throws, after closing, what of the units could not be written. Safe to call again. */
  close(): void;
}

/** What tests change: the migrations, how much is kept, the time (ms since the epoch), how long to wait for locks (ms). */
export interface StoreOptions {
  readonly migrations?: readonly Migration[];
  readonly kept?: Kept;
  readonly now?: number;
  readonly waitMs?: number;
  /** Told after a run began to plan, or ended, in this process. Must not throw. */
  readonly onRun?: (run: number, what: 'began' | 'ended') => void;
}

/**
 * Opens the store in `dataFolder` (absolute), and makes both where they are missing. A damaged file is refused and
 * left exactly as it is. Throws `AppError` data-damaged, invalid-input (written by a newer Daybreak, or by another
 * program), busy, permission or no-space.
 */
export function openStore(dataFolder: string, options: StoreOptions = {}): Store {
  makeDataFolder(dataFolder);
  const file = join(dataFolder, 'daybreak.db');
  try {
    const database = openDatabase(
      file, options.migrations ?? migrations, options.now ?? Date.now(), options.waitMs ?? waitMsByDefault,
    );
    const line = writeBehind(database, file);
    return {
      file,
      jobs: withStoreErrors(file, jobStore(database)),
      runs: tellingRuns(withStoreErrors(file, runStore(database, line, options.kept ?? keptByDefault)), options.onRun),
      units: withStoreErrors(file, unitStore(database, line)),
      learned: withStoreErrors(file, learnedStore(database)),
      journal: withStoreErrors(file, processJournal(database, line)),
      history: withStoreErrors(file, historyStore(database, line)),
      held: withStoreErrors(file, heldStore(database)),
      protection: withStoreErrors(file, protectionStore(database)),
      cutFiles: withStoreErrors(file, cutFileStore(database)),
      diagnoses: withStoreErrors(file, diagnosisStore(database)),
      labResults: withStoreErrors(file, labResultStore(database)),
      receipts: withStoreErrors(file, receiptStore(database)),
      alarms: withStoreErrors(file, alarmStore(database)),
      trash: withStoreErrors(file, trashStore(database)),
      settings: withStoreErrors(file, settingsStore(database)),
      notify: withStoreErrors(file, notifyFacts(database)),
      outbox: withStoreErrors(file, outboxStore(database)),
      dues: withStoreErrors(file, dueStore(database)),
      scheduler: withStoreErrors(file, schedulerRecord(database)),
      close() {
        if (!database.isOpen) return;
        try {
          line.close();
        } catch (thrown) {
          throw storeError(file, thrown);
        } finally {
          database.close();
        }
      },
    };
  } catch (thrown) {
    throw storeError(file, thrown);
  }
}

/** The same runs, with `tell` told of what becomes of them. */
function tellingRuns(runs: RunStore, tell: StoreOptions['onRun']): RunStore {
  if (!tell) return runs;
  return {
    ...runs,
    setState(id, state, at) {
      runs.setState(id, state, at);
      if (state === 'planning') tell(id, 'began');
    },
    end(id, end) {
      runs.end(id, end);
      tell(id, 'ended');
    },
  };
}
