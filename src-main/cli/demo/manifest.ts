import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type BigIntStats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { joinName, ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import { fromBytes, toBytes } from '../../core/rsync/byte-name.ts';

/** What a backup must keep of every name in a tree: one comparable text per name. */
export interface Manifest {
  readonly facts: ReadonlyMap<ByteName, string>;
  /** Bytes of all files, each hard-linked one once. */
  readonly bytes: number;
}

/** Names read per turn of the event loop. */
const NAMES_PER_TURN = 200;

/**
 * Type, mode, owner, size, mtime in ns, link target, content (sha256) and hard-link group of everything below `root`,
 * and of `root` itself. Throws what node:fs throws, and the reason of `stop`.
 */
export async function readManifest(root: string, stop: AbortSignal): Promise<Manifest> {
  const facts = new Map<ByteName, string>();
  const firstNames = new Map<string, ByteName>();
  const buffer = Buffer.allocUnsafe(1 << 20);
  const waiting: ByteName[] = [ROOT];
  let bytes = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (facts.size % NAMES_PER_TURN === 0) {
      await nextTurn();
      stop.throwIfAborted();
    }
    const path = Buffer.concat([Buffer.from(`${root}/`), toBytes(name)]);
    const stat = lstatSync(path, { bigint: true });
    const linked = stat.isDirectory() || stat.nlink === 1n ? null : `${stat.dev}:${stat.ino}`;
    const first = linked === null ? name : firstNames.get(linked) ?? name;
    if (linked !== null) firstNames.set(linked, first);
    if (stat.isFile() && first === name) bytes += Number(stat.size);
    const content = stat.isFile() && first === name ? contentHash(path, buffer) : '';
    const target = stat.isSymbolicLink() ? fromBytes(readlinkSync(path, { encoding: 'buffer' })) : '';
    facts.set(name, [kindOf(stat), stat.mode.toString(8), `${stat.uid}:${stat.gid}`, stat.isDirectory() ? '' : stat.size,
      stat.mtimeNs, target, content, linked === null ? '' : `linked with ${first}`].join(' | '));
    if (!stat.isDirectory()) continue;
    // Sorted, so that both trees are visited in one order and a hard-link group has the same first name in both.
    const children = readdirSync(path, { encoding: 'buffer' }).map(fromBytes).sort().reverse();
    for (const child of children) waiting.push(joinName(name, child));
  }
  return { facts, bytes };
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

function contentHash(path: Buffer, buffer: Buffer): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** The names that differ between two trees, in order; empty when they are the same. */
export function differingNames(one: Manifest, other: Manifest): ByteName[] {
  const names = new Set([...one.facts.keys(), ...other.facts.keys()]);
  return [...names].filter((name) => one.facts.get(name) !== other.facts.get(name)).sort();
}
