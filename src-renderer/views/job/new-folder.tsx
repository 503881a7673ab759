import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';

interface NewFolderProps {
  readonly parent: string;
  readonly onMade: (path: string) => void;
  readonly onClose: () => void;
}

/** Asks for a name and makes a folder of that name in `parent`. */
export function NewFolder({ parent, onMade, onClose }: NewFolderProps) {
  const calls = useCalls();
  const [name, setName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [isMaking, setIsMaking] = useState(false);

  async function make(): Promise<void> {
    const problem = nameProblem(name);
    setError(problem);
    if (problem !== null) return;
    setIsMaking(true);
    try {
      onMade((await calls.places.makeFolder({ parent, name })).path);
    } catch (thrown) {
      const { message, hint } = errorDataOf(thrown);
      setError(hint === undefined ? message : `${message}. ${hint}`);
      setIsMaking(false);
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Group align="flex-start" gap="xs" wrap="nowrap">
        <TextInput
          flex={1} size="xs" data-autofocus autoFocus placeholder="backup" aria-label={`Name of the new folder in ${parent}`} value={name} error={error}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" loading={isMaking}>Create folder</Button>
        <Button size="xs" variant="default" onClick={onClose}>Cancel</Button>
      </Group>
    </form>
  );
}

/** Why a folder cannot have this name, in a sentence; null when it can. */
function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'Give the folder a name.';
  if (name.includes('/')) return 'A name has no slash: make one folder at a time.';
  if (name === '.' || name === '..') return `“${name}” already means something else: choose another name.`;
  return name.length > 255 ? 'A name has at most 255 characters.' : null;
}
