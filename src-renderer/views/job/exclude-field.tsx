import { Button, Chip, CloseButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { excludeProblem } from './draft.ts';
import classes from './job.module.css';

/** What is left out most often, with what each pattern means. */
const examples: readonly { readonly pattern: string; readonly meaning: string }[] = [
  { pattern: '*.tmp', meaning: 'temporary files, anywhere' },
  { pattern: '.Trash-*', meaning: 'trash folders of desktops' },
  { pattern: 'Thumbs.db', meaning: 'picture caches of Windows' },
  { pattern: '.DS_Store', meaning: 'folder views of macOS' },
  { pattern: '/scratch/', meaning: 'the folder scratch at the top' },
  { pattern: '*~', meaning: 'copies made by editors' },
  { pattern: '.cache/', meaning: 'every folder named .cache' },
  { pattern: 'node_modules/', meaning: 'packages that can be installed again' },
];

interface ExcludeFieldProps {
  readonly excludes: readonly string[];
  readonly onExcludes: (excludes: string[]) => void;
}

/** Patterns of what is left out: a list to add to, and usual ones to switch on. */
export function ExcludeField({ excludes, onExcludes }: ExcludeFieldProps) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);

  function add(): void {
    const problem = excludeProblem(typed, excludes);
    setError(problem);
    if (problem !== null) return;
    onExcludes([...excludes, typed]);
    setTyped('');
  }

  const remove = (pattern: string): void => onExcludes(excludes.filter((each) => each !== pattern));
  return (
    <Stack gap="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            flex="1 1 260px" label="Leave out" spellCheck={false} autoComplete="off" placeholder="*.tmp" value={typed} error={error}
            description="A name or pattern. A slash in front means at the top of the source, one behind means folders only."
            inputWrapperOrder={['label', 'description', 'input', 'error']}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setError(null);
            }}
          />
          <Button type="submit" variant="default" disabled={typed === ''}>Add</Button>
        </Group>
      </form>
      <Group gap={6} role="group" aria-label="Usual patterns">
        {examples.map(({ pattern, meaning }) => (
          <Chip
            key={pattern} size="xs" variant="outline" checked={excludes.includes(pattern)}
            wrapperProps={{ title: meaning }} aria-label={`Leave out ${pattern}: ${meaning}`}
            onChange={(on) => (on ? onExcludes([...excludes, pattern]) : remove(pattern))}
          >
            {pattern}
          </Chip>
        ))}
      </Group>
      {excludes.length > 0 && (
        <ul role="list" className={classes.patterns} aria-label="Left out">
          {excludes.map((pattern) => {
            const problem = excludeProblem(pattern, []);
            return (
              <li key={pattern} data-wrong={problem !== null || undefined}>
                <code>{pattern}</code>
                {problem === null
                  ? <Text size="xs" c="dimmed" className={classes.patternNote}>{examples.find((each) => each.pattern === pattern)?.meaning ?? meaningOf(pattern)}</Text>
                  : <Text size="xs" className={classes.patternNote}>{problem}</Text>}
                <CloseButton size="xs" aria-label={`Do not leave out ${pattern}`} onClick={() => remove(pattern)} />
              </li>
            );
          })}
        </ul>
      )}
    </Stack>
  );
}

/** What a pattern covers, in words, by its slashes. */
function meaningOf(pattern: string): string {
  const isFolder = pattern.length > 1 && pattern.endsWith('/');
  const body = isFolder ? pattern.slice(0, -1) : pattern;
  const what = isFolder ? 'folders' : 'files and folders';
  if (body.startsWith('/')) return `${what} at this path from the top of the source`;
  return body.includes('/') ? `${what} whose path ends like this` : `${what} of this name, anywhere`;
}
