import { topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { LabWay } from '../../../src-shared/lab.ts';
import type { LabSample } from '../../../src-shared/lab-protocol.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { keptFlags, unitCall, usualTimeoutSeconds, type CallContext } from '../rsync/args.ts';
import { toArgument } from '../rsync/byte-name.ts';
import type { RsyncProgram } from '../rsync/probe.ts';
import { unitMessage } from '../run/unit-message.ts';
import type { Task } from '../run/pool.ts';
import { cutSample, namesOf, type Cut, type CutFacts } from './cut.ts';
import { callLines, messageLine, shortened } from './shown-command.ts';

/** What the ways to copy a sample are made from. */
export interface WayFacts extends CutFacts {
  readonly rsync: RsyncProgram;
  readonly source: string;
  readonly sample: LabSample;
  /** The job's, without what does not concern a first copy. */
  readonly options: JobOptions;
  /** What the destination keeps: what rsync is told to leave out it would fail for, or try without end. */
  readonly keeps: KeptAttributes;
  /** Pools to measure, ascending. */
  readonly sizes: readonly number[];
  /** How many at a time where it is not the question. */
  readonly usual: number;
  /** Of a file call, both ends together, ms. */
  readonly latencyMs: number;
}

type Message = ReturnType<Task['message']>;

/** What is done to measure a way, once it is known where to copy to. */
export type Work =
  /** Calls, all of them begun as fast as `atOnce` allows. */
  | { readonly kind: 'calls'; readonly from: 'event-loop' | 'threads' | 'processes'; readonly atOnce: number; readonly calls: readonly RsyncCall[] }
  | { readonly kind: 'pool'; readonly size: number; readonly tasks: readonly { readonly weight: number; readonly message: Message }[] };

export interface PlannedWay {
  readonly way: LabWay;
  /** Folders that must be there before. */
  readonly folders: readonly ByteName[];
  /** `copy`: into an empty folder. `update`: over older versions of a part of the sample. */
  readonly over: 'copy' | 'update';
  /** Why it would say nothing about this sample; null: it is measured. */
  readonly whyNot: string | null;
  work(to: string): Work;
}

/** Calls at once that one rsync per top folder may become. */
const mostTops = 64;
/** The part of a sample that is updated: every so-manieth name. */
export const updatedShare = 4;

/** All ways to copy the sample, in the order of a report. */
export function planWays(facts: WayFacts, shownTo: string): PlannedWay[] {
  return [
    oneRsync(facts), multisync(facts), ...facts.sizes.map((size) => pool(facts, size)), ...engines(facts), compressed(facts), ...updates(facts),
  ].map(({ way, whyNot = null, ...rest }) => ({ ...rest, whyNot, way: { ...way, commands: shownWork(rest.work(shownTo)) } }));
}

type Unshown = Omit<PlannedWay, 'way' | 'whyNot'> & { readonly whyNot?: string | null;  readonly way: Omit<LabWay, 'commands'> };

function shownWork(work: Work): string[] {
  return shortened(work.kind === 'calls' ? work.calls.flatMap(callLines) : work.tasks.map(({ message }) => messageLine(message)));
}

function excludesOf({ options }: WayFacts): string[] {
  return options.excludes.map((pattern) => `--exclude=${pattern}`);
}

/** A call that copies these names, or all where the sample is the whole source. */
function namedCall({ rsync, source, keeps }: WayFacts, plainFlags: readonly string[], names: readonly ByteName[] | null, to: string): RsyncCall {
  const flags = [...plainFlags, ...keptFlags(keeps)];
  const { program, lifeline } = rsync;
  if (names === null) return { program, lifeline, argv: [...flags, '--', `${source}/`, `${to}/`], input: null };
  // --files-from turns the recursion of -a off (rsync(1) --files-from).
  return { program, lifeline, argv: [...flags, '-r', '--from0', '--files-from=-', '--', `${source}/`, `${to}/`], input: [...names] };
}

function oneRsync(facts: WayFacts): Unshown {
  const names = facts.sample.isWhole ? null : namesOf(facts.sample);
  return {
    way: { id: 'one-rsync', group: 'original', label: 'One rsync (dailysync: rsync -arq)', options: null },
    folders: [], over: 'copy',
    work: (to) => ({ kind: 'calls', from: 'event-loop', atOnce: 1, calls: [namedCall(facts, ['-arq', ...excludesOf(facts)], names, to)] }),
  };
}

function multisync(facts: WayFacts): Unshown {
  const { sample, source, keeps, rsync: { program, lifeline } } = facts;
  const flags = ['-zavh', ...excludesOf(facts)];
  // A file directly in the root belongs to no top folder.
  const paths = new Set(sample.folders.map(({ path }) => path));
  const byTop = Map.groupBy(namesOf(sample), (name) => (name.includes('/') || paths.has(name) ? topOf(name) : ''));
  const texts = [...byTop.keys()].map((top) => toArgument(top as ByteName));
  const isPlain = sample.isWhole && !texts.includes(null);
  return {
    way: {
      id: 'multisync', group: 'original', options: null,
      label: byTop.size > mostTops ? `One rsync -zavh per top folder, ${mostTops} at once` : `One rsync -zavh per top folder, all ${byTop.size} at once (multisync)`,
    },
    folders: [], over: 'copy',
    work: (to) => ({
      kind: 'calls', from: 'event-loop', atOnce: Math.min(mostTops, byTop.size),
      calls: [...byTop].map(([top, names]) => {
        if (!isPlain) return namedCall(facts, flags, names, to);
        const argv = [...flags, ...keptFlags(keeps), ...(top === '' ? ['--exclude=/*/', '--', `${source}/`] : ['--', `${source}/${toArgument(top)}`]), `${to}/`];
        return { program, lifeline, argv, input: null };
      }),
    }),
  };
}

/** What a worker is asked in a run, for these options. */
function messages(facts: WayFacts, cut: Cut, options: JobOptions, to: string): { weight: number; message: Message }[] {
  const context = contextOf(facts, options, to);
  return cut.units.map((unit) => ({
    weight: unit.weight,
    message: {
      ...unitMessage(unit, context, {
        isLocal: !facts.isSlow, latencyMs: facts.latencyMs, mayCompare: true, only: null, isRoot: process.getuid?.() === 0, scansLinks: true,
        remembers: { source: true, destination: true },
      }),
      cut: null, reportChanges: false, countChanges: false,
    },
  }));
}

function contextOf({ rsync, source, keeps }: WayFacts, options: JobOptions, to: string): CallContext {
  return {
    program: rsync.program, lifeline: rsync.lifeline, source, destination: to, options, purpose: 'copy', timeoutSeconds: usualTimeoutSeconds,
    bandwidth: null, tellChanges: false, hardLinks: true, tellLinks: true, keeps, attempt: 1,
  };
}

function pool(facts: WayFacts, size: number): Unshown {
  const cut = cutSample(facts.sample, size, facts);
  const options = { ...facts.options, compress: false };
  return {
    way: { id: `pool-${size}`, group: 'pool', label: `Daybreak, ${size} ${size === 1 ? 'worker' : 'workers'}`, options: { workers: size, compress: false } },
    folders: cut.folders, over: 'copy',
    // The one that the job has now is what others are compared with.
    whyNot: size > Math.max(facts.usual, cut.units.length)
      ? `Left out: this sample makes ${cut.units.length} pieces that are worth an rsync, so more workers would have nothing to do. A larger sample (files or bytes) makes more.` : null,
    work: (to) => ({ kind: 'pool', size, tasks: messages(facts, cut, options, to) }),
  };
}

function engines(facts: WayFacts): Unshown[] {
  const cut = cutSample(facts.sample, facts.usual, facts);
  const options = { ...facts.options, compress: false };
  const names = { 'event-loop': 'one event loop', processes: 'forked processes', threads: 'worker threads' } as const;
  return (['event-loop', 'processes', 'threads'] as const).map((from) => ({
    way: { id: from, group: 'engine', label: `The same ${cut.units.length} rsyncs, ${facts.usual} at a time, from ${names[from]}`, options: null },
    folders: cut.folders, over: 'copy',
    work: (to) => {
      const context = contextOf(facts, options, to);
      return { kind: 'calls', from, atOnce: facts.usual, calls: cut.units.map((unit) => unitCall(unit, context)) };
    },
  }));
}

function compressed(facts: WayFacts): Unshown {
  const cut = cutSample(facts.sample, facts.usual, facts);
  const options = { ...facts.options, compress: true };
  return {
    way: { id: 'compress', group: 'flags', label: `Daybreak, ${facts.usual} workers, compressed (-z)`, options: { compress: true } },
    folders: cut.folders, over: 'copy',
    work: (to) => ({ kind: 'pool', size: facts.usual, tasks: messages(facts, cut, options, to) }),
  };
}

/** The names of the part that is updated. */
export function updatedNames(sample: LabSample): ByteName[] {
  const names = sample.folders.flatMap(({ files }) => files.map(({ name }) => name));
  return names.filter((_, index) => index % updatedShare === 0);
}

/** Copies the part that is updated, to be made older. */
export function updateBase(facts: WayFacts, to: string): RsyncCall {
  return namedCall(facts, ['-a'], updatedNames(facts.sample), to);
}

function updates(facts: WayFacts): Unshown[] {
  const names = updatedNames(facts.sample);
  const ways = [
    { id: 'whole-file', flag: '--whole-file', label: 'Update of every 4th file by one rsync, whole files' },
    { id: 'delta', flag: '--no-whole-file', label: 'The same update, only what differs in a file (--no-whole-file)' },
  ];
  return ways.map(({ id, flag, label }) => ({
    way: { id, group: 'flags', label, options: null },
    folders: [], over: 'update',
    work: (to) => ({ kind: 'calls', from: 'event-loop', atOnce: 1, calls: [namedCall(facts, ['-a', flag], names, to)] }),
  }));
}
