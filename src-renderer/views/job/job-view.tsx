import { Button, Skeleton, Stack } from '@mantine/core';
import { EmptyState } from '../../parts/empty-state.tsx';
import { go } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { JobWizard } from './job-wizard.tsx';

interface JobViewProps {
  /** Null for a new job. */
  readonly jobId: string | null;
  /** Opens with the dialog for a pasted command. */
  readonly paste: boolean;
}

/** New job, or the same steps with the values of one. */
export function JobView({ jobId, paste }: JobViewProps) {
  const hasState = useAppStore((state) => state.face !== null);
  const job = useAppStore((state) => state.jobs.find((summary) => summary.job.id === jobId)?.job ?? null);
  if (!hasState) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={32} width={240} /><Skeleton height={64} /><Skeleton height={320} /></Stack>;
  if (jobId !== null && !job) {
    return (
      <EmptyState title="This job is not there any more" text="It was removed meanwhile. Its backup at the destination is untouched.">
        <Button onClick={() => go({ name: 'overview' })}>To the overview</Button>
      </EmptyState>
    );
  }
  return <JobWizard key={jobId ?? 'new'} job={job} openPaste={paste} />;
}
