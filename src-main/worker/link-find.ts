import { spawn } from 'node:child_process';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { LinkScan } from '../../src-shared/worker-protocol.ts';
import { fromBytes, pathTo } from '../core/rsync/byte-name.ts';
import { guardedCommand } from '../core/rsync/lifeline.ts';

/** Below so many entries starting a program costs more than it saves. */
const worthEntries = 2000;

/**
 * The files with more than one name in a large unit, found by find(1): half the processor time of asking for each file
 * from here. Null where it cannot tell: excludes (it does not know rsync's patterns), names that no argument can carry,
 * a find that is missing or met what it could not read.
 */
export async function findLinkedFiles(
  scan: LinkScan, entries: number, lifeline: 'pdeathsig' | 'shell',
): Promise<ByteName[] | null> {
  if (scan.depth !== 'deep' || scan.excludes.length > 0 || entries < worthEntries) return null;
  const paths = scan.names.map((name) => (name === '' ? null : pathTo(scan.source, name)));
  const named = paths.filter((path) => typeof path === 'string');
  if (named.length < paths.length) return null;
  const { file, args } = guardedCommand({ program: 'find', argv: [...named, '!', '-type', 'd', '-links', '+1', '-print0'], lifeline });
  const output = await new Promise<Buffer | null>((resolve) => {
    const found: Buffer[] = [];
    const child = spawn(file, args, { cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', () => resolve(null));
    child.stdout.on('data', (chunk: Buffer) => found.push(chunk));
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(found) : null));
  });
  const start = Buffer.byteLength(scan.source) + 1;
  return output && splitAtNul(output).map((path) => fromBytes(path.subarray(start)));
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}
