import type { ServiceState } from '../../../src-shared/app-state.ts';
import type { JobSummary } from '../../../src-shared/run-view.ts';

/** Who runs a job: this host as this user, or the system service as root. */
export type JobOwner = 'user' | 'system';

export interface JobRow {
  /** Ids are of one host each: only with the owner they name one row. */
  readonly key: string;
  readonly owner: JobOwner;
  readonly summary: JobSummary;
}

/** All jobs of this machine that this user may see: those of this host, then those of the service while it is attached. */
export function jobRowsOf(jobs: readonly JobSummary[], service: ServiceState): JobRow[] {
  const rowOf = (owner: JobOwner) => (summary: JobSummary): JobRow => ({ key: `${owner} ${summary.job.id}`, owner, summary });
  return [...jobs.map(rowOf('user')), ...service.jobs.map(rowOf('system'))];
}
