import { Paper, Radio, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import type { Settings } from '../../../src-shared/settings.ts';
import { useCalls } from '../../connection/calls.tsx';
import { DoctorList } from '../../parts/doctor-list.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';
import { DataPanel } from './data-panel.tsx';
import { NotificationsPanel } from './notifications-panel.tsx';

const themes: readonly (readonly [Settings['theme'], string])[] = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']];
const tellings: readonly (readonly [Settings['notifications'], string])[] = [
  ['all', 'When a run ends'], ['problems', 'Only when a run needs me'], ['none', 'Never'],
];

/** What is set once for all jobs. Every change is kept at once. */
export function SettingsView() {
  const calls = useCalls();
  const settings = useAppStore((state) => state.settings);
  const face = useAppStore((state) => state.face);
  if (!settings || !face) return <Skeleton height={240} role="status" aria-label="Loading" />;
  const change = (part: Partial<Settings>): void => {
    calls.settings.set({ ...settings, ...part }).catch(tellError);
  };
  return (
    <Stack maw={720} gap="md">
      <Title order={1} tabIndex={-1}>Settings</Title>
      <Paper withBorder p="md">
        <Title order={2} mb="xs">General</Title>
        <Stack gap="md">
          <Radio.Group label="Appearance" value={settings.theme} onChange={(theme) => change({ theme })}>
            <Stack gap={6} mt={6}>{themes.map(([value, label]) => <Radio key={value} value={value} label={label} />)}</Stack>
          </Radio.Group>
          {face.kind === 'desktop' && (
            <>
              <Switch
                label="Closing the window keeps Daybreak in the tray" checked={settings.closeToTray ?? false}
                onChange={(event) => change({ closeToTray: event.currentTarget.checked })}
              />
              <Switch
                label="Start with my session" description="It starts hidden in the tray; where there is no tray to find it in, with its window."
                checked={settings.launchAtLogin} onChange={(event) => change({ launchAtLogin: event.currentTarget.checked })}
              />
            </>
          )}
        </Stack>
      </Paper>
      {face.kind === 'desktop' && (
        <Paper withBorder p="md">
          <Radio.Group label="Notifications of the desktop" value={settings.notifications} onChange={(value) => change({ notifications: value })}>
            <Stack gap={6} mt={6}>{tellings.map(([value, label]) => <Radio key={value} value={value} label={label} />)}</Stack>
          </Radio.Group>
        </Paper>
      )}
      <NotificationsPanel />
      <DataPanel />
      <Paper withBorder p="md">
        <Title order={2} mb="xs">This machine</Title>
        <DoctorList />
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} mb={4}>About</Title>
        <Text size="sm">Daybreak {face.version} on {face.hostName} ({face.platform}), running as {face.userName}.</Text>
        <Text size="sm" c="dimmed">Nothing leaves this machine but the messages you set up above: no accounts, no telemetry.</Text>
      </Paper>
    </Stack>
  );
}
