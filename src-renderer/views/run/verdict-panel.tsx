import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import type { Verdict } from '../../../src-shared/diagnosis.ts';
import { Tag } from '../../parts/tag.tsx';
import { hrefOf } from '../../shell/route.ts';
import { useAppStore } from '../../store/app-store.ts';
import { AdviceButton } from './advice-button.tsx';
import { confidenceWords, gainWords } from './verdict-words.ts';
import classes from './verdict.module.css';

interface VerdictPanelProps {
  readonly verdict: Verdict;
  readonly jobId: string;
  readonly live: { readonly key: string; readonly poolSize: number } | null;
}

/** What limits a run or limited it: why one may think so, and what would help, the best first. */
export function VerdictPanel({ verdict: { cause, title, confidence, evidence, advice }, jobId, live }: VerdictPanelProps) {
  const hasLab = useAppStore((state) => state.jobs.some(({ job }) => job.id === jobId && job.kind === 'saved'));
  const isNothing = cause === 'nothing';
  return (
    <Paper withBorder p="md" component="section" aria-label="What limited it">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text size="xs" c="dimmed">{live ? 'What limits it now' : 'What limited it'}</Text>
          <Group gap="sm"><Title order={2}>{title}</Title>{!isNothing && <Tag tone="quiet" title={`${Math.round(confidence * 100)} % sure`}>{confidenceWords(confidence)}</Tag>}</Group>
        </div>
        {hasLab && <Anchor size="sm" href={hrefOf({ name: 'lab', jobId })} className={classes.lab ?? ''}><IconFlask size={15} aria-hidden /> What would make it faster?</Anchor>}
      </Group>
      {evidence.length > 0 && <ul className={classes.evidence} aria-label="Evidence">{evidence.map(({ text }) => <li key={text}>{text}</li>)}</ul>}
      {advice.length > 0 && (
        <ol className={classes.advice} aria-label="What would help">
          {advice.map(({ text, gain, options }) => (
            <li key={text} data-vain={gain !== null && gain < 1.05 ? true : undefined}>
              <span>{text}</span>
              <span className={classes.gain}>{gainWords(gain)}</span>
              {options && <div className={classes['act']}><AdviceButton jobId={jobId} options={options} live={live} /></div>}
            </li>
          ))}
        </ol>
      )}
    </Paper>
  );
}
