import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { useAppStore } from '../../store/app-store.ts';
import { EarlierResults } from './earlier-results.tsx';
import { LabForm } from './lab-form.tsx';
import { LabProgress } from './lab-progress.tsx';
import { LabResultPanel } from './lab-result.tsx';
import { requestOf, usualSize, type LabDraft } from './lab-words.ts';
import { useLabResults } from './use-lab-results.ts';
import { useLab } from './use-lab.ts';

/** What would make a backup faster, by measurement. */
export function LabView({ jobId }: { readonly jobId: string | null }) {
  const hasState = useAppStore((app) => app.face !== null);
  const firstJob = useAppStore((app) => app.jobs.find(({ job }) => job.kind === 'saved')?.job.id ?? null);
  const lab = useLab();
  const [picked, setPicked] = useState<{ readonly jobId: string | null } | null>(null);
  const [draft, setDraft] = useState<LabDraft>({ source: '', destination: '', size: usualSize });
  const [shown, setShown] = useState<number | null>(null);
  // While it runs, its own job is the one that is looked at.
  const chosen = lab.isLive && lab.state ? lab.state.request.jobId : picked ? picked.jobId : jobId ?? lab.state?.request.jobId ?? firstJob;
  const job = useAppStore((app) => app.jobs.find((summary) => summary.job.id === chosen)?.job ?? null);
  const results = useLabResults(chosen, `${lab.state?.key ?? ''} ${lab.state?.phase ?? ''}`);
  const result = results?.find(({ id }) => id === shown) ?? results?.[0] ?? null;
  const isOfChosen = lab.state?.request.jobId === chosen;
  if (!hasState) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={220} /><Skeleton height={90} /><Skeleton height={320} /></Stack>;
  return (
    <Stack gap="lg">
      <div>
        <Title order={1} tabIndex={-1}>Lab</Title>
        <Text size="sm" c="dimmed">What would make my backup faster? The same sample is copied in different ways, and each is timed.</Text>
      </div>
      {lab.isLive && lab.state
        ? <LabProgress state={lab.state} onCancel={lab.cancel} />
        : (
          <LabForm
            jobId={chosen} draft={draft} isStarting={lab.isStarting} onDraft={setDraft} onJob={(next) => { setPicked({ jobId: next }); setShown(null); }}
            onStart={() => { setShown(null); lab.start(requestOf(job, draft)); }}
          />
        )}
      {lab.failure && !lab.isLive && <ErrorPanel error={lab.failure} />}
      {isOfChosen && lab.state?.phase === 'failed' && lab.state.error && <ErrorPanel error={lab.state.error} />}
      {isOfChosen && lab.state?.phase === 'cancelled' && (
        <Paper withBorder p="sm" role="status"><Text size="sm"><b>Cancelled.</b> Nothing of it is kept, and its scratch folder is removed.</Text></Paper>
      )}
      {!lab.isLive && result && <LabResultPanel key={result.id} result={result} />}
      {!lab.isLive && results?.length === 0 && <EmptyState title="Nothing measured yet" text="Measure, and the ways to copy stand here side by side: one rsync, one per folder, pools of several sizes, compression and more." />}
      {!lab.isLive && results && results.length > 1 && <EarlierResults results={results} shown={result?.id ?? null} onShow={(id) => { setShown(id); window.scrollTo(0, 0); }} />}
    </Stack>
  );
}
