import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconX } from '@tabler/icons-react';
import type { FolderRun } from '../../src-shared/protection.ts';
import { Tag } from './tag.tsx';

const looks = {
  done: ['Done', 'good', IconCheck], warned: ['With warnings', 'warning', IconAlertTriangle], failed: ['Failed', 'bad', IconX], held: ['Held', 'warning', IconHandStop],
  'not-reached': ['Not reached', 'quiet', IconClock],
} as const;

/** What a run did in a top folder, in one word. */
export function FolderState({ state }: { readonly state: FolderRun['state'] }) {
  const [word, tone, Icon] = looks[state];
  return <Tag tone={tone} Icon={Icon}>{word}</Tag>;
}
