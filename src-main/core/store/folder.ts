import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { shellWord } from './store-error.ts';

/**
 * Makes the data folder, for the user alone (mode 0700). One that is there already and holds something is left as
 * it is (it may be shared on purpose, and the files in it are 0600), unless others may write to it: then they could
 * put another history in its place. Throws `AppError` invalid-input, permission or no-space.
 */
export function makeDataFolder(folder: string): void {
  const made = makeFolder(folder);
  const stat = statSync(folder);
  if (!stat.isDirectory()) throw notAFolder(folder);
  if (made || (isOurs(stat.uid) && readdirSync(folder).length === 0)) {
    chmodSync(folder, 0o700);
  } else if ((stat.mode & 0o022) !== 0) {
    throw new AppError({
      kind: 'permission',
      message: `Others may write to the data folder ${folder}.`,
      hint: `Set DAYBREAK_HOME to a folder of your own: mkdir -m 700 ${shellWord(`${folder}/daybreak`)}`,
    });
  }
}

function isOurs(uid: number): boolean {
  return uid === process.getuid?.();
}

/** True when the folder was not there before. */
function makeFolder(folder: string): boolean {
  try {
    return makeWithParents(folder);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOTDIR') throw notAFolder(folder);
    throw new AppError({
      kind: code === 'ENOSPC' || code === 'EDQUOT' ? 'no-space' : 'permission',
      message: `The data folder ${folder} cannot be made.`,
      hint: 'Check the folder it lies in, or set DAYBREAK_HOME to a folder you may write to.',
      detail: String(thrown),
    });
  }
}

/** Not mkdirSync's own `recursive`: it never returns where a parent answers ENOENT for a new folder, as /proc does. */
function makeWithParents(folder: string): boolean {
  if (existsSync(folder)) return false;
  if (dirname(folder) !== folder) makeWithParents(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (thrown) {
    // Another process was first.
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(folder)) return false;
    throw thrown;
  }
}

function notAFolder(folder: string): AppError {
  return new AppError({
    kind: 'invalid-input',
    message: `The data folder ${folder} is, or lies below, something that is not a folder.`,
    hint: 'Set DAYBREAK_HOME to a folder.',
  });
}
