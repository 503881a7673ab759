import { z } from 'zod';
import { JobOptions } from './job.ts';

/** What is measured while a run is live. Shares are 0 to 1, sizes in bytes, times in ms; null where the system does not tell. */

/** What lies behind a source or destination. */
export const PlaceKind = z.enum(['memory', 'disk', 'network', 'fuse', 'unknown']);
export type PlaceKind = z.infer<typeof PlaceKind>;

export const PlaceFacts = z.object({
  path: z.string(),
  kind: PlaceKind,
  /** As the mount names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  fileSystem: z.string(),
  /** Whole disks behind it, through partitions, md, dm and LVM: `sda`. Empty where there are none. */
  devices: z.array(z.string()),
  isRotational: z.boolean().nullable(),
  /** Time of one look at a name before the run began. */
  latencyMs: z.number(),
});
export type PlaceFacts = z.infer<typeof PlaceFacts>;

/** What does not change while a run is live. */
export const RunFacts = z.object({
  cores: z.int(),
  memoryBytes: z.number(),
  system: z.string(),
  /** The job's, as they were then. */
  options: JobOptions,
  source: PlaceFacts,
  destination: PlaceFacts,
  /** Network interfaces that lead out of the machine, with their link speed in bytes per second. */
  interfaces: z.array(z.object({ name: z.string(), bytesPerSecond: z.number().nullable() })),
});
export type RunFacts = z.infer<typeof RunFacts>;

/** The disks and the server behind one place. Rates are per second. */
export const PlaceSample = z.object({
  readPerSecond: z.number().nullable(),
  writePerSecond: z.number().nullable(),
  /** Share of time the busiest disk had requests. */
  utilisation: z.number().nullable(),
  /** Mean time of a request. */
  awaitMs: z.number().nullable(),
  /** Of calls to an NFS server, from /proc/self/mountstats. */
  roundTripMs: z.number().nullable(),
  roundTripsPerSecond: z.number().nullable(),
  retransmitsPerSecond: z.number().nullable(),
});
export type PlaceSample = z.infer<typeof PlaceSample>;

/**
 * What busy lanes did, as a mean number of lanes: a lane counts 1 in all. Where several of its processes wait at the same
 * time it is shared among what they wait for; one that runs on a core makes the whole lane count as `cpu`.
 */
export const LaneStates = z.object({
  cpu: z.number(),
  /** Ready, but no core was free. */
  core: z.number(),
  sourceDisk: z.number(),
  /** Calls for names and attributes of a network or FUSE file system. */
  sourceCalls: z.number(),
  /** Reads and writes of content there. */
  sourceData: z.number(),
  destinationDisk: z.number(),
  destinationCalls: z.number(),
  destinationData: z.number(),
  /** Waits on purpose: rsync's own bandwidth limit. */
  limit: z.number(),
  /** Anything else: starting, waiting for one another, standing still. */
  other: z.number(),
});
export type LaneStates = z.infer<typeof LaneStates>;

export const RunPhase = z.enum(['planning', 'copying', 'finishing']);
export type RunPhase = z.infer<typeof RunPhase>;

/** What a run and its machine did in about a second, or longer where samples were merged. */
export const RunSample = z.object({
  /** End of the time it tells of, since the run began, and how long that was. */
  at: z.number(),
  spanMs: z.number(),
  phase: RunPhase,
  /** Busy share of each core. */
  cores: z.array(z.number()),
  /** Cores' worth of CPU time that the run's processes used: rsync, cp and tar; workers and scouts. */
  copyCpu: z.number().nullable(),
  workerCpu: z.number().nullable(),
  /** Of the whole machine without those and this host. */
  otherCpu: z.number().nullable(),
  /** Processes that run or are ready to. */
  runQueue: z.number().nullable(),
  /** Share of time in which some process waited: "some" of /proc/pressure. */
  pressure: z.object({ cpu: z.number(), io: z.number(), memory: z.number() }).nullable(),
  memoryUsedBytes: z.number(),
  swapUsedBytes: z.number().nullable(),
  /** Pages read back from swap or, under pressure, from files that were dropped; bytes per second. */
  swapInPerSecond: z.number().nullable(),
  swapOutPerSecond: z.number().nullable(),
  source: PlaceSample,
  destination: PlaceSample,
  networkInPerSecond: z.number().nullable(),
  networkOutPerSecond: z.number().nullable(),
  /** The pool: how many lanes it may have, how many worked, how many units waited. */
  poolSize: z.number(),
  busy: z.number(),
  queued: z.number(),
  /** Null where the system does not tell what processes wait for. */
  lanes: LaneStates.nullable(),
  /** What the run got done. */
  entriesPerSecond: z.number(),
  bytesPerSecond: z.number(),
});
export type RunSample = z.infer<typeof RunSample>;

/** The meters of a run: at most `mostSamples`, oldest first; in a longer run neighbours are merged. */
export const RunMeters = z.object({ facts: RunFacts, samples: z.array(RunSample) });
export type RunMeters = z.infer<typeof RunMeters>;

export const mostSamples = 240;
