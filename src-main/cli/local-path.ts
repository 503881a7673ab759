import { isAbsolute } from 'node:path';
import { usageError } from './usage.ts';

/**
 * A path as rsync would take it for a remote one: `rsync://`, or a colon before any slash
 * (rsync(1), GENERAL). `./a:b` and `/x/a:b` are local.
 */
export function isRemotePath(path: string): boolean {
  return /^rsync:\/\//iu.test(path) || /^[^/]*:/u.test(path);
}

/**
 * What the user typed as an absolute path without a trailing slash, `.` parts or doubled slashes.
 * A `..` after a name is kept: behind a symlink only the system knows where it leads.
 * `what` names the argument in errors. Throws `AppError` invalid-input for an empty or a remote path.
 */
export function localPath(what: string, given: string, callerFolder: string): string {
  if (given === '') {
    throw usageError(`${what} is empty`, 'Is a variable in your script not set? Give the path of a folder.');
  }
  if (isRemotePath(given)) {
    throw usageError(
      `${what} ${given} is on another machine; Daybreak can only reach folders and mounted shares so far`,
      `Mount it and give the mount point. If a local folder is meant, write ./${given}`,
    );
  }
  const parts = (isAbsolute(given) ? given : `${callerFolder}/${given}`).split('/').filter((part) => part !== '' && part !== '.');
  const fixed = isAbsolute(given) ? 0 : callerFolder.split('/').filter((part) => part !== '').length;
  return `/${climb(parts, fixed).join('/')}`;
}

/** Takes `..` away right after the first `fixed` parts (a real folder, no symlink in it) and at the root. */
function climb(parts: readonly string[], fixed: number): string[] {
  const result = parts.slice(0, fixed);
  let physical = true;
  for (const part of parts.slice(fixed)) {
    if (part === '..' && physical) result.pop();
    else {
      physical = false;
      result.push(part);
    }
  }
  return result;
}
