import { Skeleton, Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { OverviewView } from '../views/overview/overview-view.tsx';
import type { Route } from './route.ts';

// What the first screen does not need is loaded when it is asked for.
const JobView = lazy(async () => ({ default: (await import('../views/job/job-view.tsx')).JobView }));
const RunView = lazy(async () => ({ default: (await import('../views/run/run-view.tsx')).RunView }));
const HistoryView = lazy(async () => ({ default: (await import('../views/history/history-view.tsx')).HistoryView }));
const PastRunView = lazy(async () => ({ default: (await import('../views/history/past-run-view.tsx')).PastRunView }));
const ReceiptView = lazy(async () => ({ default: (await import('../views/receipt/receipt-view.tsx')).ReceiptView }));
const CompareView = lazy(async () => ({ default: (await import('../views/history/compare/compare-view.tsx')).CompareView }));
const LabView = lazy(async () => ({ default: (await import('../views/lab/lab-view.tsx')).LabView }));
const TrashView = lazy(async () => ({ default: (await import('../views/trash/trash-view.tsx')).TrashView }));
const SettingsView = lazy(async () => ({ default: (await import('../views/settings/settings-view.tsx')).SettingsView }));

/** The screen of a route. */
export function CurrentView({ route }: { readonly route: Route }) {
  return <Suspense fallback={<Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={220} /><Skeleton height={240} /></Stack>}><Screen route={route} /></Suspense>;
}

function Screen({ route }: { readonly route: Route }) {
  switch (route.name) {
    case 'overview': return <OverviewView />;
    case 'new-job': return <JobView jobId={null} paste={route.paste === true} />;
    case 'edit-job': return <JobView jobId={route.id} paste={false} />;
    case 'run': return <RunView runKey={route.key} />;
    case 'history': return <HistoryView />;
    case 'past-run': return <PastRunView id={route.id} />;
    case 'receipt': return <ReceiptView key={route.id} id={route.id} />;
    case 'compare': return <CompareView key={route.runs.join(' ')} runs={route.runs} />;
    case 'lab': return <LabView key={route.jobId ?? ''} jobId={route.jobId ?? null} />;
    case 'trash': return <TrashView key={route.jobId} jobId={route.jobId} run={route.run ?? null} folder={route.folder ?? ''} />;
    case 'settings': return <SettingsView />;
  }
}
