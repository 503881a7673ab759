import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { callOver, furtherOf } from './args.ts';

export interface RestoreCall extends Pick<RsyncCall, 'program' | 'lifeline'> {
  /** Absolute folders. */
  readonly from: string;
  readonly target: string;
  /** Exactly what is copied; a folder as its own entry, without what lies in it. */
  readonly names: ByteName[];
  readonly options: JobOptions;
}

/**
 * The call that copies names out of the trash. What has come to stand in the target meanwhile stays (rsync(1),
 * --ignore-existing), and folders on the way that are not named keep their attributes (--no-implied-dirs).
 */
export function restoreCall({ program, lifeline, from, target, names, options }: RestoreCall): RsyncCall {
  const flags = ['-aHR', '--no-implied-dirs', '--no-r', '--dirs', '--stats', '--ignore-existing', ...furtherOf(options)];
  return callOver({ program, lifeline, flags }, { source: from, destination: target }, names);
}
