import { Anchor, Group, Text } from '@mantine/core';
import type { Job } from '../../../src-shared/job.ts';
import { JobLabel } from '../../parts/job-label.tsx';
import { hrefOf } from '../../shell/route.ts';
import type { JobOwner } from './job-rows.ts';
import { OwnerLabel } from './owner-label.tsx';

/** A job as its row begins: its name with its labels, and from where to where. Those of the service cannot be edited here. */
export function JobName({ job, owner }: { readonly job: Job; readonly owner: JobOwner }) {
  return (
    <>
      <Group gap={6} wrap="nowrap">
        {owner === 'user'
          ? <Anchor fw={600} size="sm" truncate href={hrefOf({ name: 'edit-job', id: job.id })}>{job.name}</Anchor>
          : <Text fw={600} size="sm" truncate title={job.name}>{job.name}</Text>}
        {job.kind === 'ad-hoc' && <JobLabel word="Command line" meaning="Made by the command line. When you save it, it becomes a saved job." />}
      </Group>
      <Group gap={6} wrap="nowrap">
        <OwnerLabel owner={owner} />
        {job.kind === 'saved' && <Text size="xs" c="dimmed" truncate title={`${job.source} → ${job.destination}`}>{job.source} → {job.destination}</Text>}
      </Group>
    </>
  );
}
