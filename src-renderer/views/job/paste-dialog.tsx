import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconRefreshAlert } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { Pasted } from '../../../src-shared/paste/pasted.ts';
import { readPasted } from '../../../src-shared/paste/read-pasted.ts';
import classes from './job.module.css';

export type FoundPaste = Extract<Pasted, { kind: 'found' }>;

interface PasteDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onFill: (pasted: FoundPaste) => void;
}

const example = 'rsync -a --delete --exclude=*.tmp /data/prod/ /mnt/nas/prod/';

/** Takes an rsync command, a crontab line or a script as text, shows what of it a job keeps, and fills the steps. */
export function PasteDialog({ isOpen, onClose, onFill }: PasteDialogProps) {
  const [text, setText] = useState('');
  const read = useDeferredValue(text);
  const pasted = useMemo(() => (read.trim() === '' ? null : readPasted(read)), [read]);
  return (
    <Modal opened={isOpen} onClose={onClose} title="Paste your rsync command or script" size="xl">
      <Stack gap="md">
        <Textarea
          data-autofocus label="Command or script" description="A command, a crontab line, or a Python script that calls rsync. It is only read here; nothing in it is executed."
          placeholder={example} autosize minRows={5} maxRows={14} spellCheck={false} classNames={{ input: classes.pasteInput }}
          value={text} onChange={(event) => setText(event.currentTarget.value)}
        />
        <div aria-live="polite" className={classes.pasteResult}>
          {pasted?.kind === 'nothing' && <Text size="sm">{pasted.why}</Text>}
          {pasted?.kind === 'found' && <FoundWords pasted={pasted} />}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button disabled={pasted?.kind !== 'found'} onClick={() => pasted?.kind === 'found' && onFill(pasted)}>Fill the steps</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function FoundWords({ pasted }: { readonly pasted: FoundPaste }) {
  return (
    <Stack gap="sm">
      <dl className={classes.pasteEnds}>
        <dt>Source</dt><dd className={classes.path}>{pasted.source ?? 'not found: choose it in the first step'}</dd>
        <dt>Destination</dt><dd className={classes.path}>{pasted.destination ?? 'not found: choose it in the second step'}</dd>
      </dl>
      <Words title="Kept" icon={<IconCircleCheck size={17} aria-hidden />} level="good" items={pasted.kept.map((text) => ({ text, why: null }))} />
      <Words title="Changed" icon={<IconRefreshAlert size={17} aria-hidden />} level="warning" items={pasted.changed} />
      <Words title="Dropped" icon={<IconCircleX size={17} aria-hidden />} level="problem" items={pasted.dropped} />
    </Stack>
  );
}

interface WordsProps {
  readonly title: string;
  readonly icon: React.ReactNode;
  readonly level: string;
  readonly items: readonly { readonly text: string; readonly why: string | null }[];
}

function Words({ title, icon, level, items }: WordsProps) {
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={classes.pasteTitle} data-level={level}>{icon}{title}</h3>
      <ul role="list" className={classes.pasteWords} data-inline={items.every((item) => item.why === null) || undefined}>
        {items.map(({ text, why }) => <li key={text}><code>{text}</code>{why !== null && <Text component="span" size="sm" c="dimmed"> {why}</Text>}</li>)}
      </ul>
    </section>
  );
}
