import type { Jobs } from '../jobs.ts';
import { base } from './base.ts';

/** The calls for jobs. `changed` is told after each change. */
export function jobCalls(jobs: Jobs, changed: () => void) {
  const os = base.jobs;
  function after<Result>(result: Result): Result {
    changed();
    return result;
  }
  return {
    list: os.list.handler(() => jobs.list()),
    create: os.create.handler(({ input }) => after(jobs.create(input))),
    update: os.update.handler(({ input }) => after(jobs.update(input.id, input.draft))),
    delete: os.delete.handler(({ input }) => {
      jobs.delete(input.id);
      return after({});
    }),
    duplicate: os.duplicate.handler(({ input }) => after(jobs.duplicate(input.id))),
    createSample: os.createSample.handler(async () => after(await jobs.createSample())),
  };
}
