import { AppError, type ErrorKind } from '../../../src-shared/errors.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html); an extended code has them in its low byte. */
const codes = {
  perm: 3, busy: 5, locked: 6, readonly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, authorisation: 23,
  notDatabase: 26,
} as const;

/** An extended code: a write was cut off half-way and must be rolled back, which a read-only connection cannot do. */
const readonlyRollback = 776;

interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  readonly errcode: number;
  readonly errstr: string;
}

function isSqliteError(thrown: unknown): thrown is SqliteError {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SQLITE_ERROR' && 'errcode' in thrown;
}

/** Another connection holds the lock that was asked for. */
export function isBusy(thrown: unknown): boolean {
  return isSqliteError(thrown) && ((thrown.errcode & 0xff) === codes.busy || (thrown.errcode & 0xff) === codes.locked);
}

/** The file waits for a rollback that only a writer can do. */
export function needsRollback(thrown: unknown): boolean {
  return isSqliteError(thrown) && thrown.errcode === readonlyRollback;
}

/** `text` as one word for a POSIX shell, for hints that people paste. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll('\'', '\'\\\'\'')}'`;
}

/** The refusal of a file that is damaged. Nothing is written to it: what is left in it may still be saved by hand. */
export function damaged(file: string, reason: string, detail?: string): AppError {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const quoted = shellWord(folder);
  return new AppError({
    kind: 'data-damaged',
    message: `The history in ${file} is damaged: ${reason}.`,
    hint: 'Nothing was changed. Put back a copy of it, or go on with an empty history: '
      + `(cd ${quoted} && mkdir damaged && mv daybreak.db* damaged/). Your backups are not touched by either.`,
    detail,
  });
}

/** What file calls throw (errno(3)), as the code SQLite has for the same. */
const codesOfErrno: Readonly<Record<string, number>> = {
  EACCES: codes.perm, EPERM: codes.perm, EROFS: codes.readonly, ENOSPC: codes.full, EDQUOT: codes.full, EIO: codes.ioError,
};

/**
 * What SQLite and file calls throw, in words for people: `data-damaged`, `busy`, `no-space`, `permission`, else `internal`.
 * Anything else comes back as it is.
 */
export function storeError(file: string, thrown: unknown): unknown {
  if (isSqliteError(thrown)) {
    return inWords(file, thrown.errcode & 0xff, thrown.message, `SQLite ${thrown.errcode}: ${thrown.message}`);
  }
  const code = codesOfErrno[(thrown as NodeJS.ErrnoException | null)?.code ?? ''];
  return code === undefined ? thrown : inWords(file, code, String(thrown), String(thrown));
}

function inWords(file: string, code: number, said: string, detail: string): AppError {
  const error = (kind: ErrorKind, message: string, hint: string) => new AppError({ kind, message, hint, detail });
  switch (code) {
    case codes.corrupt:
      return damaged(file, 'its content does not hold together', detail);
    case codes.notDatabase:
      return damaged(file, 'it is not a database', detail);
    case codes.busy:
    case codes.locked:
      return error('busy', `The history in ${file} is in use by another Daybreak.`, 'Wait for it to end, then try again.');
    case codes.full:
      return error(
        'no-space', `There is no space left to write the history in ${file}.`, 'Free some space on that disk, then try again.',
      );
    case codes.perm:
    case codes.readonly:
    case codes.cannotOpen:
    case codes.authorisation:
      return error(
        'permission', `The history in ${file} cannot be opened for writing.`,
        'Check who owns the file and its folder (a run with sudo may have made them), '
          + 'or set DAYBREAK_HOME to a folder of your own.',
      );
    case codes.ioError:
      return error(
        'data-damaged', `The disk that holds ${file} answered with an error.`, 'Check that disk. Your backups are not touched.',
      );
    default:
      return error(
        'internal', `The history in ${file} could not be used: ${said}`, 'This is a fault in Daybreak: please report it.',
      );
  }
}

/** The same methods, throwing `storeError`s. */
export function withStoreErrors<Methods extends object>(file: string, methods: Methods): Methods {
  const wrapped = Object.entries(methods).map(([name, method]: [string, (...given: unknown[]) => unknown]) => [
    name,
    (...given: unknown[]) => {
      try {
        return method(...given);
      } catch (thrown) {
        throw storeError(file, thrown);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Methods;
}
