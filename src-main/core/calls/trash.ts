import type { Trash } from '../trash.ts';
import { base } from './base.ts';

/** The calls for what runs moved away. */
export function trashCalls(trash: Trash) {
  const os = base.trash;
  return {
    list: os.list.handler(({ input }) => trash.list(input.jobId)),
    browse: os.browse.handler(({ input }) => trash.browse(input.jobId, input.run, input.folder)),
    restore: os.restore.handler(({ input: { jobId, run, names, target } }) => trash.restore(jobId, run, names, target)),
  };
}
