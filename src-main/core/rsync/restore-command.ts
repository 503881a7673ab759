import { AppError } from '../../../src-shared/errors.ts';
import { OWN_FOLDER } from './args.ts';
import { shellWords } from './shell-words.ts';

/**
 * The line for a shell that brings `folder` (a path from the source's root, '' for all of it) from the backup back to
 * where it came from, or to `target`. It never deletes, and with `-u` it leaves alone what is newer there (rsync(1)).
 * Throws `AppError` invalid-input for a path that leads out of the backup.
 */
export function restoreCommand(source: string, destination: string, folder: string, target: string | null): string {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new AppError({ kind: 'invalid-input', message: `${folder} leads out of the backup.`, hint: 'Give a folder as it is named in the source.' });
  }
  const path = parts.length === 0 ? '' : `${parts.join('/')}/`;
  return shellWords(['rsync', '-aHu', `--exclude=/${OWN_FOLDER}`, '--', `${destination}/${path}`, target === null ? `${source}/${path}` : `${target}/`]);
}
