import { implement } from '@orpc/server';
import { hostCalls } from '../../../src-shared/contract/local.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { App } from '../app.ts';
import { base } from './base.ts';
import type { createRouter } from './router.ts';

type Router = ReturnType<typeof createRouter>;

/** What a host answers its owner, over the socket in its data folder: all of `router`. `newLink`: null without a page. */
export function ownerRouter(router: Router, newLink: (() => string) | null) {
  return { ...router, host: { startLink: implement(hostCalls).startLink.handler(() => ({ link: newLink?.() ?? null })) } };
}

/**
 * What the system service answers those who may open its shared socket: to look, and to start and steer jobs that are
 * there. Neither definitions nor approvals: who could write these would be root.
 */
export function groupRouter(app: App, { feed, jobs, runs, history }: Router) {
  const { cancel, pause, resume, log } = runs;
  const { page, run, units, timeline, trend } = history;
  return {
    feed,
    jobs: { list: jobs.list },
    runs: {
      cancel, pause, resume, log,
      start: base.runs.start.handler(({ input: { jobId, dryRun, acceptNewMounts } }) => {
        if (acceptNewMounts) {
          throw new AppError({ kind: 'permission', message: 'Only root may accept another disk for a job of the service.', hint: 'Use sudo daybreak.' });
        }
        return { key: app.live.start({ jobId, dryRun, trigger: 'manual' }) };
      }),
    },
    history: { page, run, units, timeline, trend },
  };
}
