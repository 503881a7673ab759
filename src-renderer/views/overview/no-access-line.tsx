import { Text } from '@mantine/core';
import { useAppStore } from '../../store/app-store.ts';

/** Told where a system service runs that this user may not look at. */
export function NoAccessLine() {
  const isShut = useAppStore((state) => state.service.state === 'no-access');
  const userName = useAppStore((state) => state.face?.userName ?? '');
  if (!isShut) return null;
  return (
    <Text size="sm" c="dimmed">
      A system service of Daybreak runs here, and {userName} is not in the group <code>daybreak</code>. To see its jobs: <code>sudo usermod -aG daybreak {userName}</code>, then log in again.
    </Text>
  );
}
