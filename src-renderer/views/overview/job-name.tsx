import { Anchor, Group, Text } from '@mantine/core';
import type { Job } from '../../../src-shared/job.ts';
import { JobLabel } from '../../parts/job-label.tsx';
import { hrefOf } from '../../shell/route.ts';

/** A job as its row begins: its name with its labels, and from where to where. */
export function JobName({ job }: { readonly job: Job }) {
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Anchor fw={600} size="sm" truncate href={hrefOf({ name: 'edit-job', id: job.id })}>{job.name}</Anchor>
        {job.kind === 'ad-hoc' && <JobLabel word="Command line" meaning="Made by the command line. When you save it, it becomes a saved job." />}
      </Group>
      {job.kind === 'saved' && <Text size="xs" c="dimmed" truncate title={`${job.source} → ${job.destination}`}>{job.source} → {job.destination}</Text>}
    </>
  );
}
