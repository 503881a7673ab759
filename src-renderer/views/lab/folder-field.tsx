import { Stack } from '@mantine/core';
import { useState } from 'react';
import { useAppStore } from '../../store/app-store.ts';
import { ChosenFolder } from '../job/chosen-folder.tsx';
import { FolderBrowser, parentOf } from '../job/folder-browser.tsx';
import { useHome } from '../job/use-home.ts';

interface FolderFieldProps {
  readonly what: 'Source' | 'Destination';
  readonly description: string;
  readonly path: string;
  readonly onPath: (path: string) => void;
}

/** A folder that is typed or found. */
export function FolderField({ what, description, path, onPath }: FolderFieldProps) {
  const home = useHome(useAppStore((app) => app.face));
  const [isBrowsing, setIsBrowsing] = useState(false);
  const [browsed, setBrowsed] = useState<string | null>(null);
  const choose = (next: string): void => {
    setIsBrowsing(false);
    setBrowsed(null);
    onPath(next);
  };
  return (
    <Stack gap="xs">
      <ChosenFolder label={`${what} folder`} description={description} path={path} error={null} isBrowsing={isBrowsing} onBrowse={setIsBrowsing} onPath={choose} />
      {isBrowsing && <FolderBrowser what={what} path={browsed ?? (path === '' ? home ?? '/' : parentOf(path))} onPath={setBrowsed} onChoose={choose} />}
    </Stack>
  );
}
