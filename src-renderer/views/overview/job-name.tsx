import { Anchor } from '@mantine/core';
import type { Job } from '../../../src-shared/job.ts';
import { JobLabel } from '../../parts/job-label.tsx';
import { hrefOf } from '../../shell/route.ts';
import classes from './job-list.module.css';
import type { JobOwner } from './job-rows.ts';
import { OwnerLabel } from './owner-label.tsx';

/** A job as its row begins: its name with its labels, and from where to where. Those of the service cannot be edited here. */
export function JobName({ job, owner }: { readonly job: Job; readonly owner: JobOwner }) {
  return (
    <>
      <div className={classes['side']}>
        {owner === 'user'
          ? <Anchor fw={600} size="sm" truncate href={hrefOf({ name: 'edit-job', id: job.id })}>{job.name}</Anchor>
          : <span className={`${classes['line']} ${classes['name']} ${classes['cut']}`} title={job.name}>{job.name}</span>}
        {job.kind === 'ad-hoc' && <JobLabel word="Command line" meaning="Made by the command line. When you save it, it becomes a saved job." />}
      </div>
      <div className={classes['side']}>
        <OwnerLabel owner={owner} />
        {job.kind === 'saved' && <span className={`${classes['note']} ${classes['cut']}`} title={`${job.source} → ${job.destination}`}>{job.source} → {job.destination}</span>}
      </div>
    </>
  );
}
