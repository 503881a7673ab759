import { readlinkSync } from 'node:fs';
import type { ByteName } from '../../src-shared/byte-name.ts';
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

/** What a symlink in it says. Throws as readlink(2). */
export function targetOf(folder: number, name: ByteName): Buffer {
  return readlinkSync(Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), toBytes(name)]), 'buffer');
}
