import { z } from 'zod';
import type { ByteName } from './byte-name.ts';
import { ErrorSchema } from './error-schema.ts';
import { KeptAttributes } from './kept-attributes.ts';
import { Marker, Passport, PathFacts } from './passport.ts';
import { FolderListing, Volume } from './place.ts';
import { Change } from './rsync-result.ts';
import { ByteNameSchema, ByteNamesSchema, Unit } from './unit.ts';

/** Time in ms per entry, and bytes per ms: what a unit's weight is predicted from. */
export interface CostModel {
  readonly msPerEntry: number;
  readonly bytesPerMs: number;
}

/** What is known of a folder's whole subtree from the last run. */
export interface FolderRecord {
  readonly path: ByteName;
  readonly entries: number;
  readonly bytes: number;
}

/** What the walk needs to know. Times in ms. */
export interface PlanRequest {
  readonly source: string;
  readonly destination: string;
  readonly excludes: string[];
  readonly cost: CostModel;
  /** Of what is directly in a split folder, which rsync copies alone; left out: the same. */
  readonly levelCost?: CostModel | undefined;
  /** Smallest and largest weight of a unit, ms. */
  readonly minWeight: number;
  readonly maxWeight: number;
  readonly lanes: number;
  /** Units aimed at for each lane, so that the last ones end together. */
  readonly unitsPerLane: number;
  readonly records: FolderRecord[];
  /** Files with several names are looked for in a sample, as folders that share many of them are kept together. */
  readonly mayHaveLinks: boolean;
  /** Make missing folders of split folders at the destination; false in a dry run. */
  readonly prepare: boolean;
  /** Without root a folder without owner write must not be split. */
  readonly isRoot: boolean;
  readonly mirror: boolean;
  /** Leave out the files directly in the root. */
  readonly holdRootFiles?: boolean | undefined;
  /** Source or destination is a server that lets each file call wait. */
  readonly isSlow: boolean;
  /** New files are copied by a simpler program before rsync sees them. */
  readonly fills: boolean;
  /** Only these folders, which lie in `folder` and are at the destination already. Left out: all of the source. */
  readonly within?: { folder: ByteName; names: ByteName[] } | undefined;
  /** Measure every file instead of samples. */
  readonly measureAll?: boolean | undefined;
}

/** Who holds a destination. */
export const LockHolder = z.object({
  host: z.string(), user: z.string(), pid: z.int(), startTime: z.string(), bootId: z.string(), since: z.number(), job: z.string(),
});
export type LockHolder = z.infer<typeof LockHolder>;

/** A source or destination as it is mounted now; both null where no folder is there. */
export const PlaceNow = z.object({
  passport: Passport.nullable(),
  /** st_dev, as text: tells two mounts of one name apart, within a run only. */
  device: z.string().nullable(),
});
export type PlaceNow = z.infer<typeof PlaceNow>;

/** A listed removal as it stands now on both sides. */
export const RemovalCheck = z.object({
  name: ByteNameSchema,
  bytes: z.number(),
  /** False when the source has the name again, as the same type. */
  goneAtSource: z.boolean(),
  /** False when the destination has the name no longer, or has another type there: nothing is left to remove. */
  there: z.boolean(),
});
export type RemovalCheck = z.infer<typeof RemovalCheck>;

/** The name of a folder in the trash: a run's number, and a second number where that was taken. */
const TrashFolder = z.string().regex(/^\d+(?:-\d+)?$/u);

/**
 * Everything the host asks of the scout, the only process that touches source and destination besides the
 * workers: a mount that hangs then freezes a scout, never the host.
 */
export type ScoutRequest =
  | { op: 'look'; path: string }
  /** Folders directly in one, and what else lies there. */
  | { op: 'list-folders'; path: string }
  /** Mounted file systems a person may choose from. */
  | { op: 'volumes' }
  /** Answers as soon as the path does; used to tell a hung mount. */
  | { op: 'ping'; path: string }
  /** Give `destination` the time of `source`, to the nanosecond. */
  | { op: 'copy-time'; source: string; destination: string }
  | { op: 'plan'; plan: PlanRequest }
  /** The host is done with a unit of so many names: the walk may go on. */
  | { op: 'plan-credit'; names: number }
  | { op: 'make-folder'; path: string }
  | { op: 'lock'; destination: string; holder: LockHolder }
  /** Keeps a lock alive for other hosts. */
  | { op: 'renew-lock'; destination: string; holder: LockHolder }
  /** Removes the lock, and `.daybreak` itself when it is empty then. */
  | { op: 'unlock'; destination: string; holder: LockHolder }
  /** Makes the marker of a saved job where there is none, and `.daybreak` its owner's alone. `at`: ms since the epoch. */
  | { op: 'mark'; destination: string; job: string; at: number }
  /** Whether both ends, and the lock of `holder`, are still where they were. Changes nothing. */
  | { op: 'places-now'; source: string; destination: string; holder: LockHolder | null }
  | { op: 'check-removals'; source: string; destination: string; removals: Change[] }
  /** Names that only the destination has, below these folders or directly in them. */
  | { op: 'list-strangers'; source: string; destination: string; folders: ByteName[]; isDeep: boolean }
  /** Entries and bytes below these top folders of the destination now; '' stands for the root's own files. */
  | { op: 'count'; destination: string; tops: ByteName[] }
  /** Which of these folders of the destination are real folders all the way, with no symlink among their parents. */
  | { op: 'real-folders'; destination: string; folders: ByteName[]; isSlow: boolean }
  /** Removes exactly these names (deepest first), or moves them below `backupDir`. */
  | {
    op: 'remove'; source: string; destination: string; removals: Change[]; backupDir: string | null;
    /** With `--backup` and no backup folder: what is not a folder stays beside its place, with `~` appended. */
    keepBeside?: boolean | undefined;
    /** How both sides were mounted when the run began: with anything of it gone or changed, nothing is removed. */
    passports?: { source: Passport | null; destination: Passport | null } | undefined;
  }
  /** Removes temporary files of killed rsyncs (`.name.XXXXXX`) below these folders, changed since `sinceMs` (the destination's clock). */
  | { op: 'sweep-temps'; source: string; destination: string; names: ByteName[]; deep: boolean; sinceMs: number }
  /** Makes a folder of its own for what a run moves away, `DEST/.daybreak/trash/<run>` or, where that is there already, `<run>-2` ... */
  | { op: 'open-trash'; destination: string; run: number }
  /** Removes the folder again where nothing was put into it. */
  | { op: 'close-trash'; destination: string; folder: string }
  /** Removes these folders of the trash with all that is in them. */
  | { op: 'expire-trash'; destination: string; folders: string[] }
  /** Removes what is kept of a job's large files that were cut off, but these. */
  | { op: 'clear-kept'; destination: string; job: string; keep: string[] }
  /** What lies directly in `path` of a folder of the trash. */
  | { op: 'browse-trash'; destination: string; folder: string; path: ByteName }
  /**
   * What of `names` (with all below them) a restore into `target` would make, at most `most` names, after the first `skip`
   * files. Makes the target where it is missing, and changes nothing else.
   */
  | { op: 'plan-restore'; destination: string; folder: string; names: ByteName[]; target: string; skip: number; most: number }
  /** Files below a top folder of the destination ('': directly in the root), and how many of them have each of these extensions. */
  | { op: 'count-extensions'; destination: string; top: ByteName; extensions: ByteName[] }
  /** Whether file calls that Node has not can be made here (worker/native-calls.ts). */
  | { op: 'native-calls' }
  /** Bytes and entries that the source has and the destination has not. */
  | { op: 'estimate'; source: string; destination: string; excludes: string[] };

/** The answer of each op that has one. */
export const ScoutAnswers = {
  look: PathFacts,
  'list-folders': FolderListing,
  volumes: z.object({ volumes: z.array(Volume) }),
  ping: z.object({}),
  'copy-time': z.object({}),
  plan: z.object({
    entries: z.number(), bytes: z.number(), folders: z.number(), units: z.int(),
    /** Folders the walk could not read, for the run's notices (rsync reports them too). */
    unreadable: ByteNamesSchema,
    /** Top folders with the entries below them, and the root's own files as ''; at most 2,000. */
    tops: z.array(z.object({ name: ByteNameSchema, entries: z.number() })),
  }),
  'make-folder': z.object({}),
  lock: z.discriminatedUnion('state', [
    /** `atMs`: the moment by the destination's clock; `madeFolder`: `.daybreak` was not there before; `keeps`: as a file showed that was made there. */
    z.object({ state: z.literal('held-by-us'), atMs: z.number(), madeFolder: z.boolean(), keeps: KeptAttributes }),
    z.object({ state: z.literal('held-by-other'), holder: LockHolder }),
  ]),
  'renew-lock': z.object({}),
  unlock: z.object({ removedFolder: z.boolean() }),
  mark: Marker,
  /** `isLocked`: the lock is there and ours; true without a holder. */
  'places-now': z.object({ source: PlaceNow, destination: PlaceNow, isLocked: z.boolean() }),
  /** Null: only a preview by rsync can tell. */
  'list-strangers': z.object({ names: z.array(Change).nullable() }),
  'check-removals': z.object({
    checks: z.array(RemovalCheck),
    /** Folders that are not removed themselves but would hold nothing any more. */
    emptied: ByteNamesSchema,
  }),
  count: z.object({ counts: z.array(z.object({ top: ByteNameSchema, entries: z.number(), bytes: z.number() })) }),
  'real-folders': z.object({ folders: ByteNamesSchema }),
  remove: z.object({
    removed: z.number(),
    /** What could not be removed, and why. */
    failed: z.array(z.object({ name: ByteNameSchema, reason: z.string() })),
  }),
  'sweep-temps': z.object({ removed: z.number() }),
  'open-trash': z.object({ folder: TrashFolder }),
  'close-trash': z.object({ isKept: z.boolean() }),
  'expire-trash': z.object({ removed: z.array(TrashFolder), failed: z.array(z.object({ folder: TrashFolder, reason: z.string() })) }),
  'clear-kept': z.object({}),
  'browse-trash': z.object({
    items: z.array(z.object({ name: ByteNameSchema, kind: z.enum(['folder', 'file', 'other']), bytes: z.number(), modifiedAt: z.number() })),
    isAll: z.boolean(),
  }),
  /** `names`: folders before what lies in them; `files` of them are no folders. `kept`: files that stay as they are because something else is there. */
  'plan-restore': z.object({ names: ByteNamesSchema, files: z.int(), kept: z.int(), next: z.int(), isAll: z.boolean() }),
  'count-extensions': z.object({ files: z.number(), byExtension: z.array(z.number()) }),
  'native-calls': z.object({ isLoaded: z.boolean() }),
  /** `replacedBytes`: what files of another size hold at the destination now and give back once they are replaced. */
  estimate: z.object({
    missingBytes: z.number(), missingEntries: z.number(), sharedLinkBytes: z.number(), replacedBytes: z.number(),
  }),
} as const;
export type ScoutAnswer<Op extends keyof typeof ScoutAnswers> = z.infer<(typeof ScoutAnswers)[Op]>;

/** What a scout sends: answers by request id, and units while a plan goes on. */
export const FromScout = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.int() }),
  z.object({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: ErrorSchema }),
  z.object({ type: z.literal('units'), id: z.int(), units: z.array(Unit), walkedEntries: z.number() }),
]);
export type FromScout = z.infer<typeof FromScout>;

/** What a host sends to a scout. */
export interface ToScout {
  readonly id: number;
  readonly request: ScoutRequest;
}
