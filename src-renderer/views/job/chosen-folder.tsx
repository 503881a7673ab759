import { Button, Group, TextInput } from '@mantine/core';
import { IconFolderOpen, IconFolderSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useCalls } from '../../connection/calls.tsx';
import { useAppStore } from '../../store/app-store.ts';
import { tellError } from '../../parts/tell-error.ts';
import { pathSyntaxProblem, tidyPath } from './draft.ts';

interface ChosenFolderProps {
  readonly label: string;
  readonly description: string;
  readonly path: string;
  readonly error: string | null;
  readonly isBrowsing: boolean;
  readonly onBrowse: (isBrowsing: boolean) => void;
  readonly onPath: (path: string) => void;
}

/** The chosen folder as a path that can be typed, with the ways to pick another. */
export function ChosenFolder({ label, description, path, error, isBrowsing, onBrowse, onPath }: ChosenFolderProps) {
  const calls = useCalls();
  const hasDialogs = useAppStore((state) => state.face?.hasDialogs ?? false);
  // What is typed counts when it is confirmed: half a path is no place to look at.
  const [typed, setTyped] = useState<string | null>(null);
  const typedProblem = typed === null || typed.trim() === '' ? null : pathSyntaxProblem(tidyPath(typed));

  function confirm(): void {
    if (typed === null || typedProblem !== null) return;
    setTyped(null);
    const next = tidyPath(typed);
    if (next !== path) onPath(next);
  }

  async function pick(): Promise<void> {
    const picked = await calls.desktop.pickFolder({ title: label, start: path === '' ? null : path });
    if (picked.path !== null) onPath(picked.path);
  }

  return (
    <Group align="flex-end" gap="xs" wrap="wrap">
      <TextInput
        flex="1 1 320px" label={label} description={description} placeholder="/path/to/folder" spellCheck={false} autoComplete="off"
        value={typed ?? path} error={typedProblem ?? error} inputWrapperOrder={['label', 'description', 'input', 'error']}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={confirm}
        onKeyDown={(event) => {
          if (event.key === 'Enter') confirm();
          if (event.key === 'Escape') setTyped(null);
        }}
      />
      {hasDialogs && (
        <Button variant="default" leftSection={<IconFolderOpen size={16} />} onClick={() => void pick().catch(tellError)}>System dialog</Button>
      )}
      <Button variant="default" leftSection={<IconFolderSearch size={16} />} aria-expanded={isBrowsing} onClick={() => onBrowse(!isBrowsing)}>
        {isBrowsing ? 'Close browser' : 'Browse'}
      </Button>
    </Group>
  );
}
