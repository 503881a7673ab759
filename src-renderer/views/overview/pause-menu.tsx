import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { pauseEnd } from '../../../src-shared/pause-end.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatComing } from '../../format.ts';
import { Moment } from '../../parts/moment.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { hasSchedules } from './status.ts';

/** Lets all schedules rest for a while, or go on. Runs that are live are not touched. */
export function PauseMenu() {
  const calls = useCalls();
  const isShown = useAppStore((state) => hasSchedules(state.jobs));
  const pausedUntil = useAppStore((state) => state.scheduler?.pausedUntil ?? null);
  const isOffline = useAppStore((state) => state.connection !== 'open');
  if (!isShown) return null;
  const rest = (until: number | null): void => {
    calls.schedule.pauseAll({ until }).catch(tellError);
  };
  if (pausedUntil !== null && pausedUntil > Date.now()) {
    return <Button variant="default" disabled={isOffline} leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => rest(null)} title={`All schedules rest until ${formatComing(pausedUntil)}`}>Resume schedules</Button>;
  }
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" disabled={isOffline} leftSection={<IconPlayerPause size={16} aria-hidden />} rightSection={<IconChevronDown size={14} aria-hidden />}>Pause all</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => rest(pauseEnd('hour', Date.now()))}>For 1 hour</Menu.Item>
        <Menu.Item onClick={() => rest(pauseEnd('tomorrow', Date.now()))}>Until {formatComing(pauseEnd('tomorrow', Date.now()))}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Says that all schedules rest, while they do. */
export function PauseLine() {
  const pausedUntil = useAppStore((state) => state.scheduler?.pausedUntil ?? null);
  const hasOthers = useAppStore((state) => hasSchedules(state.service.jobs));
  if (pausedUntil === null || pausedUntil <= Date.now()) return null;
  return <Text size="sm" role="status">All schedules rest until <Moment at={pausedUntil} words={formatComing} />. What runs now goes on, and “Back up now” still works.{hasOthers && ' Those of the system service are not touched.'}</Text>;
}
