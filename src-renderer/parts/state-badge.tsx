import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconClock, IconHandStop, IconLoader2, IconMinus, IconPlayerPause, IconX } from '@tabler/icons-react';
import type { RunState } from '../../src-shared/run.ts';
import type { UnitState } from '../../src-shared/unit.ts';
import classes from './state-badge.module.css';

type Tone = 'good' | 'warning' | 'bad' | 'busy' | 'quiet';
type Look = readonly [word: string, tone: Tone, icon: typeof IconCheck];

/** Colour, shape and word: any one of them is enough. */
const looks: Readonly<Record<RunState | UnitState, Look>> = {
  queued: ['Starting', 'busy', IconClock], planning: ['Planning', 'busy', IconLoader2], running: ['Running', 'busy', IconLoader2],
  paused: ['Paused', 'quiet', IconPlayerPause], finishing: ['Finishing', 'busy', IconLoader2], cancelling: ['Cancelling', 'quiet', IconLoader2],
  succeeded: ['Succeeded', 'good', IconCheck], warned: ['With warnings', 'warning', IconAlertTriangle], held: ['Deletions held', 'warning', IconHandStop], stopped: ['Window ended', 'warning', IconClock],
  failed: ['Failed', 'bad', IconX], cancelled: ['Cancelled', 'quiet', IconMinus], skipped: ['Skipped', 'quiet', IconMinus],
  interrupted: ['Interrupted', 'bad', IconX], unproven: ['Unproven', 'bad', IconAlertTriangle],
  waiting: ['Waiting', 'quiet', IconClock], done: ['Done', 'good', IconCheck], 'pending-deletes': ['Copied', 'busy', IconClock], deleting: ['Removing', 'busy', IconLoader2],
};

/** The state of a run or a unit. */
export function StateBadge({ state }: { readonly state: RunState | UnitState }) {
  const [word, tone, Icon] = looks[state];
  return <Badge variant="light" fz={11.5} style={{ flexShrink: 0 }} radius="sm" tt="none" className={classes[tone] ?? ''} leftSection={<Icon size={13} stroke={2.2} aria-hidden />}>{word}</Badge>;
}
