import { AppShell, Box, Group, NavLink, Text, useMantineColorScheme } from '@mantine/core';
import { IconFlask, IconHistory, IconHome, IconPlus, IconSettings } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useAppStore } from '../store/app-store.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { CurrentView } from './current-view.tsx';
import { RefusedPage } from './refused-page.tsx';
import { hrefOf, useRoute, type Route } from './route.ts';
import classes from './shell.module.css';
import { titleOf } from './title.ts';

const entries: readonly { readonly route: Route; readonly label: string; readonly icon: typeof IconHome; readonly holds: readonly Route['name'][] }[] = [
  { route: { name: 'overview' }, label: 'Overview', icon: IconHome, holds: ['overview', 'run', 'edit-job', 'trash'] },
  { route: { name: 'new-job' }, label: 'New job', icon: IconPlus, holds: ['new-job'] },
  { route: { name: 'history' }, label: 'History', icon: IconHistory, holds: ['history', 'past-run', 'receipt', 'compare'] },
  { route: { name: 'lab' }, label: 'Lab', icon: IconFlask, holds: ['lab'] },
  { route: { name: 'settings' }, label: 'Settings', icon: IconSettings, holds: ['settings'] },
];

/** The frame around every screen. */
export function Shell() {
  const route = useRoute();
  const isRefused = useAppStore((state) => state.connection === 'refused');
  const theme = useAppStore((state) => state.settings?.theme ?? null);
  const title = useAppStore((state) => titleOf(route, state.jobs, state.live));
  const { setColorScheme } = useMantineColorScheme();
  const main = useRef<HTMLDivElement>(null);
  const address = hrefOf(route);
  const shown = useRef(address);

  useEffect(() => {
    if (theme !== null) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    // Whoever reads by ear or by keyboard begins at the top of the new screen.
    (main.current?.querySelector<HTMLElement>('h1') ?? main.current)?.focus();
    window.scrollTo(0, 0);
  }, [address]);

  if (isRefused) return <RefusedPage />;
  return (
    <AppShell navbar={{ width: 190, breakpoint: 0 }} padding="lg">
      <a className={classes.skip} href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to content</a>
      <AppShell.Navbar p="sm" className={classes.side} aria-label="Main">
        <Group gap={8} px="xs" py="xs" mb="sm" wrap="nowrap">
          <img src="./favicon.svg" width={24} height={24} alt="" />
          <Text fw={650}>Daybreak</Text>
        </Group>
        {entries.map(({ route: target, label, icon: Icon, holds }) => (
          <NavLink
            key={label} href={hrefOf(target)} label={label} leftSection={<Icon size={17} stroke={1.8} aria-hidden />} className={classes.link}
            active={holds.includes(route.name)} {...(holds.includes(route.name) ? { 'aria-current': 'page' as const } : {})}
          />
        ))}
        <HostLine />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} ref={main}>
        <ConnectionBar />
        <Box className={classes.content}><CurrentView route={route} /></Box>
      </AppShell.Main>
    </AppShell>
  );
}

function HostLine() {
  const face = useAppStore((state) => state.face);
  if (!face) return null;
  return <Text size="xs" c="dimmed" mt="auto" px="xs">{face.userName} on {face.hostName}<br />Daybreak {face.version}</Text>;
}
