import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useAppStore } from '../store/app-store.ts';

/** Says that what is shown may be old. What was shown stays. */
export function ConnectionBar() {
  const isLost = useAppStore((state) => state.connection === 'lost');
  if (!isLost) return null;
  return (
    <Alert role="status" color="orange" variant="outline" mb="md" icon={<IconPlugConnectedX aria-hidden />} title="Connection to Daybreak lost. Trying again ...">
      What you see is as it was. Runs that were started go on as long as Daybreak itself does.
    </Alert>
  );
}
