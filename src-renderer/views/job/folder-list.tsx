import { Text } from '@mantine/core';
import { IconFolder, IconFolderOff, IconFolderSymlink } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef } from 'react';
import type { FolderListing } from '../../../src-shared/place.ts';
import classes from './job.module.css';

export type ListedFolder = FolderListing['folders'][number];

interface FolderListProps {
  readonly label: string;
  readonly folders: readonly ListedFolder[];
  /** Index of the marked folder; -1 for none. */
  readonly marked: number;
  readonly onMark: (index: number) => void;
  readonly onOpen: (folder: ListedFolder) => void;
  readonly onUp: () => void;
  /** Takes the marked folder, or the shown one where none is marked. */
  readonly onChoose: () => void;
  readonly emptyText: string;
}

const rowHeight = 34;
const pageRows = 8;
/** Letters typed quicker than this belong to one word. */
const wordMs = 700;

/** The folders of one folder: a listbox that is one stop of the Tab key, moved in by arrows and first letters. */
export function FolderList({ label, folders, marked, onMark, onOpen, onUp, onChoose, emptyText }: FolderListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ word: '', at: 0 });
  const id = useId();
  const rows = useVirtualizer({ count: folders.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 10 });

  useEffect(() => {
    if (marked >= 0) rows.scrollToIndex(marked, { align: 'auto' });
  }, [marked, rows]);

  function markNear(index: number): void {
    if (folders.length > 0) onMark(Math.max(0, Math.min(folders.length - 1, index)));
  }

  function markTyped(letter: string): void {
    const now = Date.now();
    const word = (now - typed.current.at < wordMs ? typed.current.word : '') + letter.toLowerCase();
    typed.current = { word, at: now };
    const index = folders.findIndex((folder) => folder.name.toLowerCase().startsWith(word));
    if (index >= 0) onMark(index);
  }

  const keys: Record<string, () => void> = {
    ArrowDown: () => markNear(marked + 1),
    ArrowUp: () => markNear(marked < 0 ? 0 : marked - 1),
    PageDown: () => markNear(marked + pageRows),
    PageUp: () => markNear(marked - pageRows),
    Home: () => markNear(0),
    End: () => markNear(folders.length - 1),
    Backspace: onUp,
    ArrowLeft: onUp,
    ' ': onChoose,
    Enter: () => open(folders[marked]),
    ArrowRight: () => open(folders[marked]),
  };

  function open(folder: ListedFolder | undefined): void {
    if (folder && !folder.isOpaque) onOpen(folder);
  }

  function onKeyDown(event: React.KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key] ?? (event.key.length === 1 ? () => markTyped(event.key) : null);
    if (!act) return;
    event.preventDefault();
    act();
  }

  return (
    <div
      ref={scroller}
      className={classes.folderList}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={marked >= 0 ? `${id}-${marked}` : undefined}
      onKeyDown={onKeyDown}
    >
      {folders.length === 0 && <Text className={classes.folderListEmpty} role="option" aria-disabled aria-selected={false} size="sm" c="dimmed">{emptyText}</Text>}
      <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => {
          const folder = folders[row.index];
          if (!folder) return null;
          return (
            <div
              key={folder.path}
              id={`${id}-${row.index}`}
              role="option"
              aria-selected={row.index === marked}
              aria-disabled={folder.isOpaque || undefined}
              aria-setsize={folders.length}
              aria-posinset={row.index + 1}
              className={classes.folderRow}
              style={{ transform: `translateY(${row.start}px)`, height: row.size }}
              onClick={() => onMark(row.index)}
              onDoubleClick={() => open(folder)}
            >
              <FolderIcon folder={folder} />
              <span className={classes.folderName}>{folder.name}</span>
              {folder.isMount && <span className={classes.folderNote}>other file system</span>}
              {folder.isOpaque && <span className={classes.folderNote}>its name is not UTF-8: choose the folder above it</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function FolderIcon({ folder }: { readonly folder: ListedFolder }) {
  const Icon = folder.isOpaque ? IconFolderOff : folder.isMount ? IconFolderSymlink : IconFolder;
  return <Icon size={18} stroke={1.6} aria-hidden className={classes.folderIcon} />;
}
