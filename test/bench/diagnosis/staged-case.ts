import type { Advice, Cause } from '../../../src-shared/diagnosis.ts';
import type { StagedRun } from './staged-run.ts';

/** Where a case may work; all that it makes there goes with the folder. */
export interface Stage {
  /** Empty, in memory where there is room. */
  readonly folder: string;
  /** Another one, on whatever the temporary folder lies on. */
  readonly disk: string;
  /** The program of the NAS stand-in; null: it cannot be built here. */
  readonly nas: string | null;
  readonly stop: AbortSignal;
}

/** A situation that is there, until `end`. */
export interface Situation {
  /** The run to judge. The destination is empty. */
  readonly run: StagedRun;
  /** Makes the destination empty again, and changes what the advice asks for: the run to make then. Null: it cannot be followed here. */
  readonly follow: ((advice: Advice) => Promise<StagedRun | null>) | null;
  readonly end: () => Promise<void>;
}

/** A situation that is staged for real, and the verdict that is right in it. */
export interface StagedCase {
  readonly name: string;
  /** For people: how it is staged. */
  readonly how: string;
  readonly cause: Cause;
  /** Why it cannot be staged here; null: it can. */
  readonly whyNot: () => string | null;
  readonly stage: (stage: Stage) => Promise<Situation>;
}

/** The arguments that follow the options of some advice; null where it names none. */
export function followOptions(argv: readonly string[], { options }: Advice): string[] | null {
  if (options === null) return null;
  let changed = [...argv];
  if (options.compress === false) changed = changed.filter((word) => word !== '-z');
  if (options.checksum === false) changed = changed.filter((word) => word !== '-c');
  if (options.workers !== undefined) changed = [...without(changed, '--workers'), '--workers', `${options.workers}`];
  if (options.bandwidthLimit !== undefined) {
    changed = without(changed, '--bwlimit');
    // In thousands of bytes, as rsync(1) has it with KB.
    if (options.bandwidthLimit !== null) changed = [...changed, '--bwlimit', `${Math.round(options.bandwidthLimit / 1000)}KB`];
  }
  return changed;
}

function without(argv: readonly string[], option: string): string[] {
  const at = argv.indexOf(option);
  return at < 0 ? [...argv] : argv.toSpliced(at, 2);
}
