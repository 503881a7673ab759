import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconTrophy } from '@tabler/icons-react';
import { useState } from 'react';
import type { OptionChange } from '../../../src-shared/job.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Moment } from '../../parts/moment.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { hasOptions, optionWords } from '../run/verdict-words.ts';
import { LabFigures } from './lab-figures.tsx';
import { measureWords, speedWords } from './lab-words.ts';
import classes from './lab.module.css';
import type { KeptResult } from './use-lab-results.ts';

/** What was measured: which way wins and why, one click that sets it, and all figures. */
export function LabResultPanel({ result }: { readonly result: KeptResult }) {
  const winner = result.figures.find(({ way }) => way.id === result.winner) ?? null;
  return (
    <Stack gap="lg">
      <Paper withBorder p="md" component="section" aria-label="Result" className={winner ? classes['won'] ?? '' : ''}>
        <Group justify="space-between" align="flex-start">
          <Group gap="sm" wrap="nowrap" align="flex-start" flex="1 1 300px">
            {winner && <IconTrophy size={22} stroke={1.7} className={classes['trophy'] ?? ''} aria-hidden />}
            <div>
              <Title order={2}>{winner ? `${winner.way.label}: ${speedWords(winner.speed)} as fast as one rsync` : 'Nothing is clearly faster than what is done now'}</Title>
              <Text size="xs" c="dimmed"><Moment at={result.at} /> · {measureWords(result)}</Text>
            </div>
          </Group>
          {winner?.way.options && <Apply result={result} way={winner.way.id} options={winner.way.options} />}
        </Group>
        {result.explanation.length > 0 && <ul className={classes.why} aria-label="What the figures mean">{result.explanation.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>}
      </Paper>
      <LabFigures figures={result.figures} winner={result.winner} />
    </Stack>
  );
}

interface ApplyProps {
  readonly result: KeptResult;
  readonly way: string;
  readonly options: OptionChange;
}

/** Gives the job the options of the winner. */
function Apply({ result, way, options }: ApplyProps) {
  const calls = useCalls();
  const job = useAppStore((app) => app.jobs.find((summary) => summary.job.id === result.jobId)?.job ?? null);
  const isOffline = useAppStore((app) => app.connection !== 'open');
  const [isWorking, setIsWorking] = useState(false);
  if (!job) return null;
  if (hasOptions(job.options, options)) return <Text size="sm" className={classes['set'] ?? ''}><IconCheck size={15} aria-hidden /> Set for “{job.name}”</Text>;
  const apply = (): void => {
    setIsWorking(true);
    calls.lab.apply({ result: result.id, way })
      .then(() => { notifications.show({ message: `${optionWords(options)}: set for “${job.name}”, from its next run on.` }); }, tellError)
      .finally(() => setIsWorking(false));
  };
  return <Button size="sm" loading={isWorking} disabled={isOffline} onClick={apply} style={{ flexShrink: 0 }}>{optionWords(options)} for “{job.name}”</Button>;
}
