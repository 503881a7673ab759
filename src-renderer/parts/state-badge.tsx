import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconLoader2, IconMinus, IconPlayerPause, IconX } from '@tabler/icons-react';
import type { RunState } from '../../src-shared/run.ts';
import type { UnitState } from '../../src-shared/unit.ts';
import { Tag, type Tone } from './tag.tsx';

type Look = readonly [word: string, tone: Tone, icon: typeof IconCheck];

/** Colour, shape and word: any one of them is enough. */
const looks: Readonly<Record<RunState | UnitState, Look>> = {
  queued: ['Starting', 'busy', IconClock], planning: ['Planning', 'busy', IconLoader2], running: ['Running', 'busy', IconLoader2],
  paused: ['Paused', 'quiet', IconPlayerPause], finishing: ['Finishing', 'busy', IconLoader2], cancelling: ['Cancelling', 'quiet', IconLoader2],
  succeeded: ['Succeeded', 'good', IconCheck], warned: ['With warnings', 'warning', IconAlertTriangle], held: ['Deletions held', 'warning', IconHandStop], stopped: ['Window ended', 'warning', IconClock],
  failed: ['Failed', 'bad', IconX], cancelled: ['Cancelled', 'quiet', IconMinus], skipped: ['Skipped', 'quiet', IconMinus],
  interrupted: ['Interrupted', 'bad', IconX], unproven: ['Unproven', 'bad', IconAlertTriangle],
  waiting: ['Waiting', 'quiet', IconClock], done: ['Done', 'good', IconCheck], 'pending-deletes': ['Copied', 'busy', IconClock], split: ['Split', 'quiet', IconMinus], deleting: ['Removing', 'busy', IconLoader2],
};

/** The state of a run or a unit. */
export function StateBadge({ state }: { readonly state: RunState | UnitState }) {
  const [word, tone, Icon] = looks[state];
  return <Tag tone={tone} Icon={Icon}>{word}</Tag>;
}
