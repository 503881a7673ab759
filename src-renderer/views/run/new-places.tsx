import { Alert, Button, Group, Text } from '@mantine/core';
import { IconDeviceSdCard } from '@tabler/icons-react';
import { useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';

interface NewPlacesProps {
  readonly jobId: string;
  readonly source: string;
  readonly destination: string;
  /** What the run ended with. */
  readonly error: ErrorData | null;
}

/** After a run that met another disk or share than it knows: take it for the right one, or leave all as it is. */
export function NewPlaces({ jobId, source, destination, error }: NewPlacesProps) {
  const calls = useCalls();
  const [isAsking, setIsAsking] = useState(false);
  const isKnown = useAppStore((app) => app.jobs.some(({ job }) => job.id === jobId));
  const isBusy = useAppStore((app) => app.connection !== 'open' || app.live.some((run) => run.jobId === jobId && run.outcome === null));
  if (error?.kind !== 'passport-mismatch' || !isKnown) return null;
  const accept = async (): Promise<void> => {
    setIsAsking(false);
    try {
      await calls.protection.acceptPlaces({ jobId });
      const { key } = await calls.runs.start({ jobId });
      go({ name: 'run', key });
    } catch (thrown) {
      tellError(thrown);
    }
  };
  return (
    <Alert color="orange" variant="outline" icon={<IconDeviceSdCard aria-hidden />} title="Is it the disk you mean?">
      <Text size="sm" mb="sm">If the right disk or share is only not mounted, mount it and run again: nothing has to be accepted then. Nothing was copied or deleted after this was seen.</Text>
      <Group><Button size="xs" variant="default" disabled={isBusy} onClick={() => setIsAsking(true)}>Accept the new disk and run</Button></Group>
      <Confirm
        isOpen={isAsking} title="Take what is there now for this job’s own?" confirmLabel="Accept and run" cancelLabel="Cancel, change nothing"
        text={<>From now on the disks or shares that are at <b>{source}</b> and <b>{destination}</b> are those of this job. On an empty disk all is copied again. A mirror deletes there what the source does not have, within its delete limit. What is on the disk from before is not touched, but this job will not know it any more.</>}
        onConfirm={() => void accept()} onCancel={() => setIsAsking(false)}
      />
    </Alert>
  );
}
