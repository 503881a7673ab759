import { lstat, readdir } from 'node:fs/promises';
import { joinName, ROOT, type ByteName } from '../../src-shared/byte-name.ts';
import type { ScoutAnswer } from '../../src-shared/scout-protocol.ts';
import { OWN_FOLDER } from '../core/rsync/args.ts';
import { fromBytes, toBytes } from '../core/rsync/byte-name.ts';
import { createLimit, inFlight } from './in-parallel.ts';

/**
 * Entries and bytes of files that stand below these top folders of the destination, the folder itself not counted; for ''
 * the files directly in the root. What cannot be read counts as nothing: too small a count makes the brake stricter.
 */
export async function countTops(destination: string, tops: readonly ByteName[]): Promise<ScoutAnswer<'count'>> {
  const limit = createLimit(inFlight);
  const counts = await Promise.all(tops.map(async (top) => ({ top, ...(await count(top, top !== ROOT)) })));
  return { counts };

  async function count(folder: ByteName, deep: boolean): Promise<{ entries: number; bytes: number }> {
    const names = await limit(() => readdir(absolute(folder), { withFileTypes: true, encoding: 'buffer' })).catch(() => []);
    const amounts = await Promise.all(names.map(async (name) => {
      const path = joinName(folder, fromBytes(name.name));
      if (path === OWN_FOLDER) return { entries: 0, bytes: 0 };
      if (!name.isDirectory()) return { entries: 1, bytes: await sizeOf(path) };
      if (!deep) return { entries: 0, bytes: 0 };
      const below = await count(path, true);
      return { entries: below.entries + 1, bytes: below.bytes };
    }));
    return amounts.reduce((sum, amount) => ({ entries: sum.entries + amount.entries, bytes: sum.bytes + amount.bytes }), { entries: 0, bytes: 0 });
  }

  async function sizeOf(path: ByteName): Promise<number> {
    const stats = await limit(() => lstat(absolute(path))).catch(() => null);
    return stats?.isFile() ? stats.size : 0;
  }

  function absolute(path: ByteName): Buffer {
    return Buffer.concat([Buffer.from(`${destination}/`), toBytes(path)]);
  }
}
