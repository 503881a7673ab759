import { ActionIcon, Button, Group, Loader, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconCheck, IconFolderPlus, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { FolderListing } from '../../../src-shared/place.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { FolderList } from './folder-list.tsx';
import classes from './job.module.css';
import { NewFolder } from './new-folder.tsx';
import { useFolder } from './use-folder.ts';

export interface Shortcut {
  readonly label: string;
  readonly path: string;
  readonly icon: React.ReactNode;
}

interface FolderBrowserProps {
  /** What is chosen here, for those who hear it: "Source", "Destination". */
  readonly what: string;
  readonly path: string;
  readonly onPath: (path: string) => void;
  readonly onChoose: (path: string) => void;
  readonly shortcuts?: readonly Shortcut[];
  readonly canMakeFolders?: boolean;
}

/** Walks through the folders of this machine by mouse or keyboard, and takes one. */
export function FolderBrowser({ what, path, onPath, onChoose, shortcuts = [], canMakeFolders = false }: FolderBrowserProps) {
  const { listing, isReading, failure, reload } = useFolder(path);
  // The mark is a path, so that it survives a listing that is read again.
  const [marked, setMarked] = useState<string | null>(null);
  const [isNaming, setIsNaming] = useState(false);
  const folders = listing?.path === path ? listing.folders : [];
  const markedIndex = folders.findIndex((folder) => folder.path === marked);
  const markedFolder = folders[markedIndex];
  const isChoosable = failure === null && listing !== null && !isReading && !(markedFolder?.isOpaque ?? false);

  function goTo(next: string, mark: string | null = null): void {
    setIsNaming(false);
    setMarked(mark);
    onPath(next);
  }

  function goUp(): void {
    if (path !== '/') goTo(parentOf(path), path);
  }

  function choose(): void {
    if (isChoosable) onChoose(markedFolder?.path ?? path);
  }

  return (
    <div className={classes.browser}>
      {shortcuts.length > 0 && (
        <nav className={classes.shortcuts} aria-label="Places">
          {shortcuts.map((shortcut) => (
            <UnstyledButton key={shortcut.path} className={classes.shortcut} aria-current={shortcut.path === path || undefined} title={shortcut.path} onClick={() => goTo(shortcut.path)}>
              {shortcut.icon}
              <span className={classes.folderName}>{shortcut.label}</span>
            </UnstyledButton>
          ))}
        </nav>
      )}
      <div className={classes.browserMain}>
        <div className={classes.pathBar}>
          <Tooltip label="Up one folder (Backspace)">
            <ActionIcon variant="subtle" color="gray" aria-label="Up one folder" disabled={path === '/'} onClick={goUp}><IconArrowUp size={18} /></ActionIcon>
          </Tooltip>
          <Crumbs path={path} onPath={goTo} />
          {isReading && <Loader size={14} role="status" aria-label="Reading the folder" />}
          <Tooltip label="Read the folder again">
            <ActionIcon variant="subtle" color="gray" aria-label="Read the folder again" onClick={reload}><IconRefresh size={16} /></ActionIcon>
          </Tooltip>
          {canMakeFolders && (
            <Button size="compact-sm" variant="default" leftSection={<IconFolderPlus size={16} />} disabled={isNaming || failure !== null || listing?.writable === false} onClick={() => setIsNaming(true)}>
              New folder
            </Button>
          )}
        </div>
        {isNaming && (
          <div className={classes.newFolder}>
            <NewFolder
              parent={path}
              onClose={() => setIsNaming(false)}
              onMade={(made) => {
                setIsNaming(false);
                setMarked(made);
                reload();
              }}
            />
          </div>
        )}
        {failure
          ? <div className={classes.browserFailure}><ErrorPanel error={failure} onRetry={reload} /></div>
          : (
            <FolderList
              label={`${what}: folders in ${path}`}
              folders={folders}
              marked={markedIndex}
              onMark={(index) => setMarked(folders[index]?.path ?? null)}
              onOpen={(folder) => goTo(folder.path)}
              onUp={goUp}
              onChoose={choose}
              emptyText={listing?.path === path ? 'No folders in here.' : 'Reading …'}
            />
          )}
        <Group className={classes.browserFoot} justify="space-between" gap="xs">
          <Text size="xs" c="dimmed" role="status">{failure || !listing ? '' : countText(listing, canMakeFolders)}</Text>
          <Button size="sm" leftSection={<IconCheck size={16} />} disabled={!isChoosable} onClick={choose}>
            {markedFolder ? `Choose “${markedFolder.name}”` : 'Choose this folder'}
          </Button>
        </Group>
      </div>
    </div>
  );
}

function Crumbs({ path, onPath }: { readonly path: string; readonly onPath: (path: string) => void }) {
  const parts = path.split('/').filter((part) => part !== '');
  return (
    <nav aria-label="Path" className={classes.crumbs}>
      <UnstyledButton className={classes.crumb} aria-label="Top of the file system" aria-current={parts.length === 0 ? 'location' : undefined} onClick={() => onPath('/')}>/</UnstyledButton>
      {parts.map((part, index) => {
        const target = `/${parts.slice(0, index + 1).join('/')}`;
        return (
          <UnstyledButton key={target} className={classes.crumb} aria-current={index === parts.length - 1 ? 'location' : undefined} onClick={() => onPath(target)}>{part}</UnstyledButton>
        );
      })}
    </nav>
  );
}

function countText({ folders, otherNames, isCut, writable }: FolderListing, mustWrite: boolean): string {
  const count = isCut ? `the first ${folders.length} folders` : folders.length === 1 ? '1 folder' : `${folders.length} folders`;
  const others = otherNames === 0 ? '' : `, ${otherNames} other ${otherNames === 1 ? 'name' : 'names'}`;
  return `${count}${others}${mustWrite && !writable ? '; you may not write here' : ''}`;
}

/** The folder a path lies in; `/` for itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
