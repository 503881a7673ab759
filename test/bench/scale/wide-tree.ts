import { closeSync, mkdirSync, openSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Files in one folder of the deep part. */
const filesPerFolder = 28;
/** Folders of files below a top folder. */
const foldersPerTop = 100;
/** Whole seconds, so that every file system can keep them. */
const moment = 1_740_000_000;

export interface WideTree {
  /** Files, folders and the root. */
  readonly entries: number;
  readonly folders: number;
  /** Files of the one flat folder. */
  readonly flatFiles: number;
}

/** How a tree of about so many entries is laid out: 15 % of them in one flat folder, the rest in folders of 28 files. */
export function layOut(entries: number): WideTree {
  const flatFiles = Math.round(entries * 0.15);
  const leaves = Math.max(1, Math.round((entries - flatFiles - 2) / (filesPerFolder + 1 + 1 / foldersPerTop)));
  const folders = 2 + leaves + Math.ceil(leaves / foldersPerTop);
  return { flatFiles, folders, entries: folders + flatFiles + leaves * filesPerFolder };
}

/**
 * Makes such a tree of empty files at `root`, which must not exist yet: what is measured is what an entry costs, and empty
 * files need no room. Names have the length people give them.
 */
export function makeWideTree(root: string, { flatFiles, folders }: WideTree): void {
  mkdirSync(root);
  const flat = join(root, 'scans');
  mkdirSync(flat);
  for (let file = 0; file < flatFiles; file++) makeFile(join(flat, `scan-2025-${String(file).padStart(8, '0')}.tif`));
  const leaves = folders - 2 - Math.ceil((folders - 2) / (foldersPerTop + 1));
  let top = '';
  for (let leaf = 0; leaf < leaves; leaf++) {
    if (leaf % foldersPerTop === 0) {
      top = join(root, `project-${String(leaf / foldersPerTop).padStart(5, '0')}`);
      mkdirSync(top);
    }
    const folder = join(top, `delivery-${String(leaf % foldersPerTop).padStart(3, '0')}`);
    mkdirSync(folder);
    for (let file = 0; file < filesPerFolder; file++) makeFile(join(folder, `document-${leaf}-${file}.pdf`));
  }
  utimesSync(root, moment, moment);
}

function makeFile(path: string): void {
  closeSync(openSync(path, 'wx'));
}
