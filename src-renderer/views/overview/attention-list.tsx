import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconCalendarOff, IconClockExclamation, IconHelpCircle } from '@tabler/icons-react';
import type { JobSummary } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatComing, formatNumberOf } from '../../format.ts';
import { Moment } from '../../parts/moment.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { AlarmList } from './alarm-list.tsx';
import { hasSchedules, nothingOf } from './status.ts';

/** More of one kind are counted: the list of jobs has them all. */
const mostShown = 3;

/** What a person should see to, before it is too late: alarms, missed runs, windows that will be missed. */
export function AttentionList() {
  const jobs = useAppStore((state) => state.jobs);
  const scheduler = useAppStore((state) => state.scheduler);
  const nothing = useAppStore((state) => nothingOf(state.service));
  const alarmed = jobs.filter(({ alarms }) => alarms > 0);
  const late = jobs.filter(({ forecast }) => (forecast?.warning ?? null) !== null);
  const asks = scheduler?.asks ?? [];
  const owner = scheduler && hasSchedules(jobs) ? scheduler.owner : 'this';
  if (alarmed.length + late.length + asks.length === 0 && owner === 'this') return null;
  return (
    <Stack component="section" gap="xs" aria-label="What needs you">
      {alarmed.slice(0, mostShown).map(({ job, alarms }) => <AlarmList key={job.id} job={job} count={alarms} />)}
      <More count={alarmed.length} what="job" words="with alarms" />
      {asks.slice(0, mostShown).map(({ jobId, dueAt }) => <MissedRun key={`${jobId} ${dueAt}`} jobId={jobId} dueAt={dueAt} />)}
      <More count={asks.length} what="missed run" words="" />
      {late.slice(0, mostShown).map((summary) => <LateRun key={summary.job.id} summary={summary} />)}
      <More count={late.length} what="job" words="that will not be done in time" />
      {owner === 'none' && (
        <Alert color="orange" variant="outline" icon={<IconCalendarOff aria-hidden />} title={`Now ${nothing} starts by itself`}>
          There are schedules, but no Daybreak on this machine keeps them. Start Daybreak again, or let a service do it: <code>daybreak service install</code>.
        </Alert>
      )}
      {owner === 'other' && <Text size="sm" c="dimmed">Another Daybreak on this machine keeps the schedules: its runs are in the history.</Text>}
    </Stack>
  );
}

function More({ count, what, words }: { readonly count: number; readonly what: string; readonly words: string }) {
  return count > mostShown ? <Text size="sm" c="dimmed">And {formatNumberOf(count - mostShown, what)} more {words}</Text> : null;
}

function LateRun({ summary: { job, forecast } }: { readonly summary: JobSummary }) {
  if (!forecast) return null;
  return (
    <Alert color="orange" variant="outline" icon={<IconClockExclamation aria-hidden />} title={`${job.name} will not be done in time`}>
      <Text size="sm">
        {forecast.warning} It starts <Moment at={forecast.startsAt} words={formatComing} /> and would end <Moment at={forecast.endsAt} words={formatComing} />.
        {' '}<Anchor size="sm" underline="always" href={hrefOf({ name: 'edit-job', id: job.id })}>Change its window</Anchor>
      </Text>
    </Alert>
  );
}

function MissedRun({ jobId, dueAt }: { readonly jobId: string; readonly dueAt: number }) {
  const calls = useCalls();
  const name = useAppStore((state) => state.jobs.find(({ job }) => job.id === jobId)?.job.name ?? '');
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const answer = (run: boolean): void => {
    calls.schedule.answerMissed({ jobId, dueAt, run }).catch(tellError);
  };
  return (
    <Alert color="blue" variant="outline" icon={<IconHelpCircle aria-hidden />} title={`${name} was due ${formatComing(dueAt)} and could not run`}>
      <Group gap="xs" align="center">
        <Button size="xs" disabled={isOffline} aria-label={`Run now: ${name}`} onClick={() => answer(true)}>Run now</Button>
        <Button size="xs" variant="default" disabled={isOffline} aria-label={`Skip: ${name}`} onClick={() => answer(false)}>Skip</Button>
        <Text size="sm" c="dimmed">Skipped, the history says so, and the next run is at its usual time.</Text>
      </Group>
    </Alert>
  );
}
