import { access, constants } from 'node:fs/promises';
import { joinName, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { LabQuestion, LabSample } from '../../../src-shared/lab-protocol.ts';
import { OWN_FOLDER } from '../../core/rsync/args.ts';
import { display, pathTo } from '../../core/rsync/byte-name.ts';
import { compileExcludes, type Excludes } from '../../core/rsync/filter.ts';
import { isFile, isSymlink } from '../facts.ts';
import { pooledCalls } from '../file-calls.ts';
import { chooseSample, type Seen } from './choose-sample.ts';

/** Folders read at the same time: enough to hide the latency of a server. */
const readers = 32;
/** Entries looked at for each one that is wanted, so that the choice knows the whole it stands for. */
const seenForOne = 10;
/** Names of one folder that are looked at. */
const mostInFolder = 20_000;
/** Folders that could not be read, by name; more are counted. */
const mostNamed = 3;

type SampleQuestion = Extract<LabQuestion, { op: 'sample' }>;

/**
 * Reads the source for a while, from all top folders at the same pace, and chooses what stands for it. Only regular files,
 * symlinks and folders are in a sample. Throws where the root cannot be read.
 */
export async function takeSample({ source, excludes, mostBytes, mostEntries, mostMs }: SampleQuestion): Promise<LabSample> {
  const isExcluded = compileExcludes(excludes);
  const endsAt = performance.now() + mostMs;
  const mostSeen = Math.max(mostInFolder, mostEntries * seenForOne);
  const notes: string[] = [];
  const unreadable: ByteName[] = [];
  let seen = 0;
  let hasFile = false;

  const root = newFolder(ROOT);
  await read(root);
  // One line for each top folder, served in turn.
  const lines = root.folders.map((top) => [top]);
  let turn = 0;
  const next = (): Seen | undefined => {
    for (let tries = 0; tries < lines.length; tries++) {
      const folder = lines[turn++ % lines.length]?.shift();
      if (folder) return folder;
    }
    return undefined;
  };
  const lineOf = new Map(root.folders.map((top, index) => [top.path.split('/')[0], lines[index]!]));
  // On a busy machine the time may be over before the first answer has come.
  const isOver = (): boolean => (hasFile && performance.now() > endsAt) || seen > mostSeen;
  let active = 0;
  await new Promise<void>((resolve, reject) => {
    const go = (): void => {
      while (active < readers && !isOver()) {
        const folder = next();
        if (!folder) break;
        active++;
        read(folder).then(() => {
          active--;
          lineOf.get(folder.path.split('/')[0])?.push(...folder.folders);
          go();
        }, reject);
      }
      if (active === 0) resolve();
    };
    go();
  });

  if (unreadable.length > 0) {
    const named = unreadable.slice(0, mostNamed).map(display).join(', ');
    notes.push(`${unreadable.length === 1 ? 'One name' : `${unreadable.length} names`} could not be read and ${unreadable.length === 1 ? 'is' : 'are'} left out: ${named}${unreadable.length > mostNamed ? ' ...' : ''}.`);
  }
  const chosen = chooseSample(root, { bytes: mostBytes, entries: mostEntries });
  return { ...chosen, notes: [...notes, ...chosen.notes] };

  async function read(folder: Seen): Promise<void> {
    const names = await Promise.resolve(pooledCalls.list(pathTo(source, folder.path))).catch((error: unknown) => {
      if (folder.path === ROOT) throw error;
      unreadable.push(folder.path);
      return null;
    });
    if (!names) return;
    folder.isRead = true;
    const step = Math.max(1, Math.ceil(names.length / mostInFolder));
    folder.isWhole = step === 1;
    const looked = names.filter((_, index) => index % step === 0);
    seen += looked.length;
    await Promise.all(looked.map(({ name, isFolder }) => look(folder, joinName(folder.path, name), isFolder, isExcluded)));
    // The order of readdir says nothing, and that of answers even less.
    folder.files.sort((a, b) => (a.name < b.name ? -1 : 1));
    folder.folders.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async function look(folder: Seen, path: ByteName, isFolder: boolean, isOut: Excludes): Promise<void> {
    if (isOut(path, isFolder) || path === OWN_FOLDER) return;
    if (isFolder) return void folder.folders.push(newFolder(path));
    const at = pathTo(source, path);
    const stats = await pooledCalls.look(at);
    const isKind = stats !== null && (isFile(stats) || isSymlink(stats));
    const mayRead = isKind && (process.getuid?.() === 0 || isSymlink(stats) || await access(at, constants.R_OK).then(() => true, () => false));
    if (mayRead) {
      hasFile = true;
      folder.files.push({ name: path, bytes: isFile(stats) ? stats.size : 0 });
      return;
    }
    folder.isWhole = false;
    if (isKind) unreadable.push(path);
  }
}

function newFolder(path: ByteName): Seen {
  return { path, files: [], folders: [], isRead: false, isWhole: false };
}
