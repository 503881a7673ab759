import { Alert, Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { SplitPreview } from '../../../../src-shared/place.ts';
import { formatBytes, formatCount } from '../../../format.ts';
import { DoctorPanel } from '../doctor-panel.tsx';
import type { Draft, Step } from '../draft.ts';
import type { Finding } from '../findings.ts';
import classes from '../job.module.css';
import { scheduleSentences, scheduleWords } from '../schedule-draft.ts';
import { notifySentence, optionSentences } from '../summary.ts';

interface FinishStepProps {
  readonly draft: Draft;
  /** The name it is saved under: what was typed, or what follows from the source. */
  readonly name: string;
  readonly nameError: string | null;
  readonly onName: (name: string) => void;
  readonly split: SplitPreview | null;
  /** What would stop a run, from all steps. */
  readonly problems: readonly Finding[];
  readonly isBecomingSaved: boolean;
  /** Null where there is nothing to see: not a mirror, or not its first run. */
  readonly onPreview: (() => void) | null;
  readonly isSaving: boolean;
  readonly onStep: (step: Step) => void;
}

/** The job's name, all that was chosen in words, and a look at what the first mirror run would do. */
export function FinishStep({ draft, name, nameError, onName, split, problems, isBecomingSaved, onPreview, isSaving, onStep }: FinishStepProps) {
  return (
    <Stack gap="md">
      <TextInput
        label="Name" maw={420} maxLength={100} value={name} error={nameError} autoComplete="off"
        description="In the list, the history and the notifications." inputWrapperOrder={['label', 'description', 'input', 'error']}
        onChange={(event) => onName(event.currentTarget.value)}
      />
      {isBecomingSaved && (
        <Alert color="blue" title="This job was made on the command line">
          When you save it, it becomes a saved job: it is listed in the overview, and its destination gets a small folder .daybreak with its marker and lock.
        </Alert>
      )}
      <dl className={classes.summary}>
        <Row term="Source" what="the source" onChange={() => onStep('source')}>
          <Path path={draft.source} whenEmpty="Not chosen yet" />
          {split?.isWhole && <Text size="sm" c="dimmed" className={classes.figures}>about {formatBytes(split.bytes)} in {formatCount(split.entries)} entries, {formatCount(split.units)} {split.units === 1 ? 'unit' : 'units'}</Text>}
        </Row>
        <Row term="Destination" what="the destination" onChange={() => onStep('destination')}><Path path={draft.destination} whenEmpty="Not chosen yet" /></Row>
        <Row term="How" what="how it is backed up" onChange={() => onStep('how')}>
          {optionSentences(draft.options).map((sentence) => <Text key={sentence} size="sm">{sentence}</Text>)}
        </Row>
        <Row term="When" what="when it runs" onChange={() => onStep('when')}>
          {[`${scheduleWords(draft.schedule)}.`, ...scheduleSentences(draft.schedule), notifySentence(draft.notify)].map((sentence) => <Text key={sentence} size="sm">{sentence}</Text>)}
        </Row>
      </dl>
      {problems.length > 0 && <DoctorPanel findings={problems} isChecking={false} />}
      {onPreview && (
        <Alert color="blue" icon={<IconEye size={20} />} title="Look before the first mirror run">
          <Text size="sm" mb="sm">A mirror deletes. See every name it would delete, copy or change in {draft.destination === '' ? 'the destination' : draft.destination} before anything happens.</Text>
          <Button variant="default" loading={isSaving} onClick={onPreview}>Save and see what would change</Button>
        </Alert>
      )}
    </Stack>
  );
}

function Row({ term, what, onChange, children }: { readonly term: string; readonly what: string; readonly onChange: () => void; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
          <div className={classes.summaryValue}>{children}</div>
          <Anchor component="button" type="button" size="sm" aria-label={`Change ${what}`} onClick={onChange}>Change</Anchor>
        </Group>
      </dd>
    </div>
  );
}

function Path({ path, whenEmpty }: { readonly path: string; readonly whenEmpty: string }) {
  return path === '' ? <Text size="sm" c="dimmed">{whenEmpty}</Text> : <Text size="sm" className={classes.path}>{path}</Text>;
}
