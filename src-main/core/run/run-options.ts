import { ROOT } from '../../../src-shared/byte-name.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import { OWN_FOLDER } from '../rsync/args.ts';
import { heldPattern } from '../rsync/held-folder.ts';
import type { RunContext } from './context.ts';

/**
 * The job's options as this run means them: with the trash as its backup folder, and without the top folders that are held.
 * What is left out of a transfer is not deleted by it either (rsync(1), --delete and --exclude).
 */
export function runOptions({ job, heldTops, trashFolder }: Pick<RunContext, 'job' | 'heldTops' | 'trashFolder'>): JobOptions {
  const { options, destination } = job;
  const held = [...heldTops].filter((top) => top !== ROOT).map(heldPattern);
  return {
    ...options,
    excludes: [...held, ...options.excludes],
    ...(trashFolder === null ? {} : { backup: true, backupDir: trashPath(destination, trashFolder) }),
  };
}

/** True where the files directly in the root are held: no exclude can say that. */
export function holdsRootFiles({ heldTops }: Pick<RunContext, 'heldTops'>): boolean {
  return heldTops.has(ROOT);
}

/** A folder of the trash, absolute. */
export function trashPath(destination: string, folder: string): string {
  return `${destination}/${OWN_FOLDER}/trash/${folder}`;
}
