import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatCount, formatNumberOf } from '../../format.ts';
import { tellError } from '../../parts/tell-error.ts';

/** A first mirror run asks before it deletes what Daybreak did not put there. */
export function QuestionPanel({ runKey, question }: { readonly runKey: string; readonly question: NonNullable<LiveRun['question']> }) {
  const calls = useCalls();
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    calls.runs.question({ key: runKey }).then((answer) => setNames(answer.names), tellError);
  }, [calls, runKey]);
  const answer = (yes: boolean): void => {
    calls.runs.answer({ key: runKey, yes }).catch(tellError);
  };
  return (
    <Alert role="alertdialog" aria-label="A question before this run goes on" color="orange" variant="outline" icon={<IconHelpCircle aria-hidden />} title={`This first mirror run would delete ${formatNumberOf(question.entries, 'name')} from ${question.destination}`}>
      <Stack gap="sm">
        <Text size="sm">Daybreak did not put them there, and they are not in the source. Deleted names cannot be brought back.</Text>
        <Code block mah={240} style={{ overflow: 'auto' }} tabIndex={0} aria-label="Names that would be deleted">{names.join('\n')}{question.entries > names.length && names.length > 0 ? `\n... and ${formatCount(question.entries - names.length)} more` : ''}</Code>
        <Group>
          <Button variant="default" size="xs" onClick={() => answer(false)}>No, change nothing</Button>
          <Button color="red.9" size="xs" onClick={() => answer(true)}>Yes, delete {formatCount(question.entries)} and mirror</Button>
        </Group>
      </Stack>
    </Alert>
  );
}
