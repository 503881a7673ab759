import type { JobSummary, LiveRun } from '../../src-shared/run-view.ts';
import type { Route } from './route.ts';

/** The window's title: how far the runs are comes first, as it is read in a list of windows. */
export function titleOf(route: Route, jobs: readonly JobSummary[], live: readonly LiveRun[]): string {
  const running = live.filter((run) => run.outcome === null);
  const fraction = running.length === 1 ? running[0]?.progress?.fraction : undefined;
  const progress = typeof fraction === 'number' ? `${Math.floor(fraction * 100)} % - ` : running.length > 1 ? `${running.length} runs - ` : '';
  return `${progress}${screenOf(route, jobs, live)} - Daybreak`;
}

function screenOf(route: Route, jobs: readonly JobSummary[], live: readonly LiveRun[]): string {
  switch (route.name) {
    case 'overview': return 'Overview';
    case 'new-job': return 'New job';
    case 'edit-job': return jobs.find(({ job }) => job.id === route.id)?.job.name ?? 'Job';
    case 'run': return live.find(({ key }) => key === route.key)?.jobName ?? 'Run';
    case 'history': return 'History';
    case 'past-run': return `Run ${route.id}`;
    case 'receipt': return `Receipt of run ${route.id}`;
    case 'compare': return `Runs ${route.runs.join(' and ')}`;
    case 'lab': return 'Lab';
    case 'trash': return `Trash of ${jobs.find(({ job }) => job.id === route.jobId)?.job.name ?? 'a job'}`;
    case 'settings': return 'Settings';
  }
}
