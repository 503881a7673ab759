import { readdir } from 'node:fs/promises';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { fromBytes, pathTo } from '../core/rsync/byte-name.ts';
import { extensionOf } from './change-tally.ts';
import { createLimit, inFlight } from './in-parallel.ts';

/**
 * How many files below a top folder of the destination ('': directly in the root) have each of these extensions, and how many
 * files there are. What cannot be read counts as nothing.
 */
export async function countExtensions(
  destination: string, top: ByteName, extensions: readonly ByteName[],
): Promise<ScoutAnswer<'count-extensions'>> {
  const limit = createLimit(inFlight);
  const counts = new Map(extensions.map((extension) => [extension, 0]));
  let files = 0;

  async function count(folder: ByteName): Promise<void> {
    const names = await limit(() => readdir(pathTo(destination, folder), { withFileTypes: true, encoding: 'buffer' })).catch(() => []);
    const below: ByteName[] = [];
    for (const entry of names) {
      const name = fromBytes(entry.name);
      if (entry.isDirectory()) {
        if (top !== ROOT && name !== OWN_FOLDER) below.push(joinName(folder, name));
        continue;
      }
      files++;
      const extension = extensionOf(name);
      const known = extension === null ? undefined : counts.get(extension);
      if (extension !== null && known !== undefined) counts.set(extension, known + 1);
    }
    await Promise.all(below.map(count));
  }

  await count(top);
  return { files, byExtension: extensions.map((extension) => counts.get(extension) ?? 0) };
}
