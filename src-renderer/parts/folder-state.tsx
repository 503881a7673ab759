import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconX } from '@tabler/icons-react';
import type { FolderRun } from '../../src-shared/protection.ts';
import classes from './state-badge.module.css';

const looks = {
  done: ['Done', 'good', IconCheck], warned: ['With warnings', 'warning', IconAlertTriangle], failed: ['Failed', 'bad', IconX], held: ['Held', 'warning', IconHandStop],
  'not-reached': ['Not reached', 'quiet', IconClock],
} as const;

/** What a run did in a top folder, in one word. */
export function FolderState({ state }: { readonly state: FolderRun['state'] }) {
  const [word, tone, Icon] = looks[state];
  return <Badge variant="light" fz={11.5} style={{ flexShrink: 0 }} radius="sm" tt="none" className={classes[tone] ?? ''} leftSection={<Icon size={13} stroke={2.2} aria-hidden />}>{word}</Badge>;
}
