import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../fixtures/random.ts';

export interface StagedTree {
  readonly folders: number;
  readonly filesEach: number;
  readonly bytesEach: number;
  /** Text that compresses well; else random bytes. */
  readonly isText?: boolean;
}

/** Makes the folders `NAME-0` and on in `root`, each with its files. */
export function makeFolders(root: string, name: string, { folders, filesEach, bytesEach, isText = false }: StagedTree): void {
  const content = isText ? textOf(bytesEach) : randomOf(bytesEach);
  for (let folder = 0; folder < folders; folder++) makeFiles(join(root, `${name}-${folder}`), filesEach, content);
}

/** Makes one folder with these files. */
export function makeFiles(folder: string, count: number, content: Buffer): void {
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < count; file++) writeFileSync(join(folder, `file-${file}.dat`), content);
}

export function randomOf(bytes: number): Buffer {
  const random = seededRandom(7);
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words.length; index++) words[index] = random.next() * 2 ** 32;
  return Buffer.from(words.buffer, 0, bytes);
}

/** Lines as of a log, which zlib and zstd make several times smaller, but not by finding the whole text again. */
function textOf(bytes: number): Buffer {
  const random = seededRandom(11);
  const lines: string[] = [];
  for (let length = 0; length < bytes;) {
    const line = `2026-01-31 22:05:${random.int(10, 59)} host-${random.int(1, 400)} request ${random.int(1, 1e9)} of user ${random.int(1, 1e6)} took ${random.next()} ms\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}
