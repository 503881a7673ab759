import { Alert, Anchor, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Job } from '../../../src-shared/job.ts';
import type { Alarm } from '../../../src-shared/protection.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { alarmSentence, folderWords } from './alarm-words.ts';

/** The alarms of a job: what was seen, where the good copies are, and the way on. `count` is how many there are. */
export function AlarmList({ job, count }: { readonly job: Job; readonly count: number }) {
  const calls = useCalls();
  const [alarms, setAlarms] = useState<readonly Alarm[]>([]);
  const isOpen = useAppStore((state) => state.connection === 'open');
  useEffect(() => {
    if (isOpen) calls.protection.alarms({ jobId: job.id }).then(setAlarms, tellError);
  }, [calls, job.id, count, isOpen]);
  return alarms.map((alarm) => <AlarmPanel key={alarm.id} job={job} alarm={alarm} />);
}

function AlarmPanel({ job, alarm }: { readonly job: Job; readonly alarm: Alarm }) {
  const calls = useCalls();
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const [isLooking, setIsLooking] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const clear = (): void => {
    setIsAsking(false);
    calls.protection.clearAlarm({ alarm: alarm.id }).catch(tellError);
  };
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={`${job.name}, ${alarmSentence(alarm)}`}>
      <Stack gap="sm">
        <Text size="sm">
          So many at once can be ransomware, or a program that rewrote its files. Later runs leave out {folderWords(alarm.folder)} until you have looked; all else goes on.
          {job.options.trashDays === null && ' This job has no trash: the earlier versions are gone from the backup.'}
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" aria-expanded={isLooking} onClick={() => setIsLooking(!isLooking)}>Look</Button>
          {job.options.trashDays !== null && <Button size="xs" variant="default" component="a" href={hrefOf({ name: 'trash', jobId: job.id, run: alarm.run, folder: alarm.folder })}>Restore from trash</Button>}
          <Button size="xs" variant="default" disabled={isOffline} onClick={() => setIsAsking(true)}>It is all right</Button>
          <Anchor size="sm" underline="always" href={hrefOf({ name: 'past-run', id: alarm.run })}>Run {alarm.run}</Anchor>
        </Group>
        {isLooking && <Code block mah={220} style={{ overflow: 'auto' }} tabIndex={0} aria-label={`Some of the names in ${folderWords(alarm.folder)}`}>{alarm.names.join('\n')}</Code>}
      </Stack>
      <Confirm
        isOpen={isAsking} title={`Go on with ${folderWords(alarm.folder)}?`} confirmLabel="It is all right, go on"
        text="The next run copies the files as they are now over those in the backup. With a trash, the earlier versions stay there for its days; without one they are gone."
        onConfirm={clear} onCancel={() => setIsAsking(false)}
      />
    </Alert>
  );
}
