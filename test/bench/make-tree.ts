import { linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { seededRandom } from '../fixtures/random.ts';
import type { TreePlan } from './tree-plan.ts';

/** Whole seconds, so that every file system can keep them. */
const firstMoment = 1_740_000_000;
const poolBytes = 1 << 20;

/** Writes a tree to `root`, which must not exist yet. Names, contents and times are the same every time. */
export function makeTree(root: string, plan: TreePlan): void {
  const pool = randomPool();
  const folders = new Set<string>();
  let serial = 0;
  mkdirSync(root);
  for (const folder of plan.folders) {
    mkdirSync(join(root, folder.path), { recursive: true });
    for (let path = folder.path; path !== '' && path !== '.'; path = dirname(path)) folders.add(path);
    for (const file of folder.files) {
      const path = join(root, folder.path, file.name);
      if (file.linkTo === undefined) writeFile(path, contentOf(pool, serial, 0, file.bytes), firstMoment + serial);
      else linkSync(join(root, file.linkTo), path);
      serial += 1;
    }
  }
  // Last, as making a name inside a folder changes the folder's time.
  for (const path of [...folders, '']) {
    serial += 1;
    utimesSync(join(root, path), firstMoment + serial, firstMoment + serial);
  }
}

/**
 * Writes every hundredth file anew, one byte longer and with a new time, and answers how many those were. Other files
 * for another `revision` (from 1). Names, and so the times of folders, stay.
 */
export function changeTree(root: string, plan: TreePlan, revision: number): number {
  const pool = randomPool();
  let serial = 0;
  let changed = 0;
  for (const folder of plan.folders) {
    for (const file of folder.files) {
      if (file.linkTo === undefined && (serial + revision * 37) % 100 === 0) {
        const content = contentOf(pool, serial, revision, file.bytes + 1);
        writeFile(join(root, folder.path, file.name), content, firstMoment + serial + revision * 86_400);
        changed += 1;
      }
      serial += 1;
    }
  }
  return changed;
}

/** Removes the last four of five folders of files, and answers how many files went with them. */
export function removeFromTree(root: string, plan: TreePlan): number {
  let removed = 0;
  for (const [index, folder] of plan.folders.entries()) {
    if (index % 5 === 0) continue;
    rmSync(join(root, folder.path), { recursive: true });
    removed += folder.files.length;
  }
  return removed;
}

function writeFile(path: string, content: Buffer, seconds: number): void {
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
}

function randomPool(): Buffer {
  const random = seededRandom(1);
  const words = new Uint32Array(poolBytes / 4);
  for (let index = 0; index < words.length; index += 1) words[index] = random.next() * 2 ** 32;
  return Buffer.from(words.buffer);
}

/** Bytes that no other file and no other revision has, and that do not compress. */
function contentOf(pool: Buffer, serial: number, revision: number, bytes: number): Buffer {
  const content = Buffer.allocUnsafe(bytes);
  let filled = content.write(`${serial} ${revision}\n`, 'latin1');
  let start = (serial * 7919 + revision) % (poolBytes / 2);
  while (filled < bytes) {
    filled += pool.copy(content, filled, start);
    start = 0;
  }
  return content;
}
