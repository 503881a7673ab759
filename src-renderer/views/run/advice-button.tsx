import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { OptionChange } from '../../../src-shared/job.ts';
import { useCalls } from '../../connection/calls.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { hasOptions, optionWords, withAdvised } from './verdict-words.ts';

interface AdviceButtonProps {
  readonly jobId: string;
  readonly options: OptionChange;
  /** The key of the run while it is live, and the size of its pool. */
  readonly live: { readonly key: string; readonly poolSize: number } | null;
}

/** Follows an advice: in the run that is live, where that can be done, and in the job for those to come. */
export function AdviceButton({ jobId, options, live }: AdviceButtonProps) {
  const calls = useCalls();
  const job = useAppStore((state) => state.jobs.find((summary) => summary.job.id === jobId)?.job ?? null);
  const isOffline = useAppStore((state) => state.connection !== 'open');
  const [isWorking, setIsWorking] = useState(false);
  const words = optionWords(options);
  const { workers } = options;
  const tell = async (work: Promise<unknown>, message: string): Promise<void> => {
    setIsWorking(true);
    try {
      await work;
      notifications.show({ message });
    } catch (thrown) {
      tellError(thrown);
    } finally {
      setIsWorking(false);
    }
  };
  const steer = (key: string, size: NonNullable<typeof workers>): void => {
    void tell(calls.runs.setPoolSize({ key, size }), `${words}: this run does so from now on. The job is as it was.`);
  };
  const save = (): void => {
    if (!job) return;
    const { id, name, source, destination, schedule, notify } = job;
    const draft = { name, source, destination, schedule, notify, options: withAdvised(job.options, options) };
    void tell(calls.jobs.update({ id, draft }), `${words}: set for “${name}”, from its next run on.`);
  };
  const isSaved = job !== null && job.kind === 'saved';
  const isSet = job !== null && hasOptions(job.options, options);
  const isSteerable = live !== null && workers !== undefined && workers !== live.poolSize;
  return (
    <Group gap={6}>
      {isSteerable && <Button size="compact-sm" disabled={isOffline || isWorking} onClick={() => steer(live.key, workers)}>{words} now</Button>}
      {isSaved && !isSet && <Button size="compact-sm" {...(isSteerable ? { variant: 'default' } : {})} disabled={isOffline || isWorking} onClick={save}>{isSteerable ? 'Keep for the job' : words}</Button>}
      {isSaved && isSet && <Text size="sm" c="dimmed"><IconCheck size={14} aria-hidden /> Set for the job</Text>}
    </Group>
  );
}
