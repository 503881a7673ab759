import type { ServiceLink } from '../../src-main/core/ports.ts';
import { noService, type ServiceState } from '../../src-shared/app-state.ts';
import { AppError } from '../../src-shared/errors.ts';
import { Job } from '../../src-shared/job.ts';
import type { JobSummary } from '../../src-shared/run-view.ts';
import { createSimulatedRun, type SimulatedRun } from './app-double-run.ts';

/** A service that moves by the clock of `step`. */
export interface ServiceDouble extends ServiceLink {
  /** Lets pass what happened until now. */
  step(): void;
}

const hour = 3_600_000;

/** A system service as a host sees it: while `attached`, two jobs, and a run of the first one that is live. */
export function createServiceDouble(state: ServiceState['state'], now: () => number): ServiceDouble {
  const begun = now();
  const listeners = new Set<() => void>();
  const runs = new Map<string, SimulatedRun>();
  const jobs = state === 'attached' ? [summaryOf('Home folders', '/home', 0.2, begun), summaryOf('System settings', '/etc', 5, begun)] : [];
  let lastKey = 0;

  function start(jobId: string, startedAt: number): { key: string } {
    const summary = jobs.find(({ job }) => job.id === jobId);
    if (!summary) throw gone('job');
    // The same keys as those of the user's own runs: nothing may take one for the other.
    const key = `run-${++lastKey}`;
    const run = createSimulatedRun({
      key, run: lastKey, job: summary.job, trigger: 'schedule', dryRun: false, lanes: 6, units: 200, meanUnitMs: 9000, startedAt, failsEvery: 0, ending: 'succeeded', asksAbout: 0,
    });
    run.step(now());
    runs.set(key, run);
    changed();
    return { key };
  }

  function changed(): void {
    listeners.forEach((listener) => listener());
  }

  const [first] = jobs;
  if (first) start(first.job.id, begun - 120_000);

  return {
    state: () => (state === 'attached' ? { state, hostName: 'studio', version: '0.1.0', jobs, live: [...runs.values()].map((run) => run.view()) } : { ...noService, state }),
    subscribe: (listener) => void listeners.add(listener),
    start: async (jobId) => Promise.resolve(start(jobId, now())),
    steer: async (what, key) => {
      const run = runs.get(key);
      if (!run) throw gone('run');
      run[what](now());
      changed();
      return Promise.resolve();
    },
    step() {
      const live = [...runs.values()].filter((run) => run.isLive());
      live.forEach((run) => run.step(now()));
      if (live.length > 0) changed();
    },
  };
}

function summaryOf(name: string, source: string, inHours: number, now: number): JobSummary {
  const startedAt = now - 22 * hour;
  const nextRunAt = now + inHours * hour;
  return {
    job: Job.parse({
      id: `system-${source}`, kind: 'saved', name, source, destination: `/mnt/backup/system${source}`, options: { mirror: true }, schedule: { rhythm: { kind: 'daily', at: '23:00' }, finishBy: '06:00' },
    }),
    lastRun: { id: 12, state: 'succeeded', startedAt, endedAt: startedAt + hour, limitedBy: null, problem: null }, protectedUntil: startedAt,
    recent: Array.from({ length: 14 }, (_, place) => ({ durationMs: hour * (0.8 + 0.03 * place), state: 'succeeded' as const })),
    nextRunAt, forecast: { startsAt: nextRunAt, endsAt: nextRunAt + hour, windowEndsAt: nextRunAt + 6 * hour, warning: null }, alarms: 0,
  };
}

function gone(what: string): AppError {
  return new AppError({ kind: 'not-found', message: `The system service has no such ${what} any more.`, hint: 'Look again.' });
}
