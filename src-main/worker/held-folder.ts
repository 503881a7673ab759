import { readlinkSync } from 'node:fs';
import { joinName, ROOT, topOf, type ByteName } from '../../src-shared/byte-name.ts';
import { toBytes } from '../core/rsync/byte-name.ts';
import type { NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';
import type { SafeFolder } from './safe-folder.ts';

/** The descriptor a folder is held by. Throws `OnlyRsyncKnows` where it is held by its path. */
export function descriptorOf({ descriptor }: SafeFolder): number {
  if (descriptor === null) throw new OnlyRsyncKnows();
  return descriptor;
}

/** Opens a folder in it, to be closed by the caller. Throws `OnlyRsyncKnows` where that cannot be: why is rsync's to tell. */
export function openIn(calls: NativeCalls, folder: number, name: ByteName): number {
  const descriptor = calls.openFolder(folder, name);
  if (descriptor < 0) throw new OnlyRsyncKnows();
  return descriptor;
}

/** A folder that is held, and where it is from the root. */
export interface HeldFolder {
  readonly descriptor: number;
  readonly path: ByteName;
}

/** Throws `OnlyRsyncKnows` where it is held by its path. */
export function heldFolder(folder: SafeFolder): HeldFolder {
  return { descriptor: descriptorOf(folder), path: folder.path };
}

/** The way down to one folder after another, held: neighbours share most of it. */
export interface FolderTrail {
  /**
   * The descriptor of a folder below the root, open until the next call. Goes down part by part, as a symlink may have come in the place of
   * each folder; null where there is no such folder.
   */
  enter(path: ByteName): number | null;
  close(): void;
}

export function createFolderTrail(calls: NativeCalls, root: HeldFolder): FolderTrail {
  const trail: HeldFolder[] = [];
  const last = (): HeldFolder => trail.at(-1) ?? root;

  function leaveFor(path: ByteName): void {
    while (trail.length > 0 && !isAtOrBelow(path, last().path)) calls.close(trail.pop()!.descriptor);
  }

  return {
    enter(path) {
      leaveFor(path);
      while (last().path !== path) {
        const { descriptor: above, path: at } = last();
        const rest = at === ROOT ? path : path.slice(at.length + 1);
        const name = topOf(rest as ByteName);
        const descriptor = calls.openFolder(above, name);
        if (descriptor < 0) return null;
        trail.push({ descriptor, path: joinName(at, name) });
      }
      return last().descriptor;
    },
    close() {
      while (trail.length > 0) calls.close(trail.pop()!.descriptor);
    },
  };
}

function isAtOrBelow(path: ByteName, folder: ByteName): boolean {
  return folder === ROOT || path === folder || path.startsWith(`${folder}/`);
}

/** What a symlink in it says. Throws as readlink(2). */
export function targetOf(folder: number, name: ByteName): Buffer {
  return readlinkSync(Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), toBytes(name)]), 'buffer');
}
