import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useCalls } from '../../connection/calls.tsx';
import { CopyLine } from '../../parts/copy-line.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { useAppStore } from '../../store/app-store.ts';

/** The line that brings a folder back, and the way to the backup itself. */
export function RestorePanel({ run, destination }: { readonly run: number; readonly destination: string }) {
  const calls = useCalls();
  const hasDialogs = useAppStore((state) => state.face?.hasDialogs === true);
  const [folder, setFolder] = useState('');
  const [command, setCommand] = useState('');
  useEffect(() => {
    calls.history.restoreCommand({ run, folder }).then((answer) => setCommand(answer.command), tellError);
  }, [calls, run, folder]);
  return (
    <Stack component="section" gap="xs" aria-label="Bring files back">
      <Title order={2}>Bring files back</Title>
      <Text size="sm" c="dimmed">The backup is a plain copy. This line brings a folder back; it deletes nothing and leaves alone what is newer.</Text>
      <Group align="flex-end" gap="xs">
        <TextInput size="xs" label="Folder (empty: all of it)" placeholder="omega/raw" value={folder} onChange={(event) => setFolder(event.currentTarget.value)} />
        {hasDialogs && <Button size="xs" variant="default" onClick={() => { calls.desktop.openFolder({ path: destination }).catch(tellError); }}>Open destination</Button>}
      </Group>
      {command !== '' && <CopyLine text={command} label="rsync command" />}
      {!hasDialogs && <CopyLine text={destination} label="Destination" />}
    </Stack>
  );
}
