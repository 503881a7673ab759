import { z } from 'zod';
import { OptionChange } from './job.ts';

/** What limits a run. */
export const Cause = z.enum([
  'cpu-one-core', 'cpu-all-cores', 'cpu-other-load', 'compression', 'checksums',
  'source-disk', 'destination-disk', 'source-latency', 'destination-latency', 'network-bandwidth', 'remote-server',
  'memory', 'bandwidth-limit', 'one-long-unit', 'start-up', 'nothing',
]);
export type Cause = z.infer<typeof Cause>;

/** One measured fact that speaks for a cause, ready to be read: "CPU 97 % busy". */
export const Evidence = z.object({ text: z.string() });
export type Evidence = z.infer<typeof Evidence>;

/** What would help. */
export const Advice = z.object({
  /** One sentence, without the gain. */
  text: z.string(),
  /** How many times as fast the whole run would be; null where it cannot be told. 1: it would not help. */
  gain: z.number().nullable(),
  /** Options of the job that follow it; null: nothing Daybreak could set. */
  options: OptionChange.nullable(),
});
export type Advice = z.infer<typeof Advice>;

/** What limited a run or limits it now. */
export const Verdict = z.object({
  cause: Cause,
  /** 0 to 1. */
  confidence: z.number(),
  /** Names the cause, for people: "Latency of /data/prod". */
  title: z.string(),
  evidence: z.array(Evidence),
  /** Best first. */
  advice: z.array(Advice),
});
export type Verdict = z.infer<typeof Verdict>;

/** How the work of a run went: sums over its units. Times in ms, sizes in bytes. */
export const RunWork = z.object({
  durationMs: z.number(),
  /** From the start to the first unit, and from the last unit to the end. */
  beforeMs: z.number(),
  afterMs: z.number(),
  units: z.int(),
  entries: z.number(),
  bytes: z.number(),
  filesTransferred: z.number(),
  bytesTransferred: z.number(),
  /** Sum of the times of all tries. */
  laneMs: z.number(),
  /** Time in which exactly one lane was busy while the pool could have used more. */
  aloneMs: z.number(),
  /** The try that ran longest. `files`: it is some files of one folder, by name. */
  longest: z.object({
    name: z.string(), startMs: z.number(), durationMs: z.number(), entries: z.number(), bytes: z.number(), isOneFile: z.boolean(),
  }).nullable(),
});
export type RunWork = z.infer<typeof RunWork>;

/** Two runs side by side. `factor`: how many times as long a run takes for that reason alone (0.5: half); null: not known. */
export const RunDifference = z.object({
  kind: z.enum(['data', 'settings', 'machine', 'limit']),
  what: z.string(),
  before: z.string(),
  after: z.string(),
  factor: z.number().nullable(),
});
export type RunDifference = z.infer<typeof RunDifference>;

export const RunComparison = z.object({
  /** Duration of the later run divided by that of the earlier one. */
  ratio: z.number(),
  /** What explains the ratio, in one or two sentences. */
  explanation: z.string(),
  differences: z.array(RunDifference),
  /** What the earlier run's first advice promised, where the later one followed it, and what it brought. */
  followed: z.object({ advice: z.string(), predicted: z.number(), got: z.number() }).nullable(),
});
export type RunComparison = z.infer<typeof RunComparison>;
