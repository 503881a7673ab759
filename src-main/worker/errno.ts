/** The errno name of a failed file call (`ENOENT` ...), or '' for any other error. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'it is not there',
  ENOTDIR: 'a folder on the way to it is not a folder',
  ELOOP: 'a folder on the way to it is a symbolic link',
  ENOTEMPTY: 'the folder is not empty',
  EEXIST: 'the folder is not empty',
  EISDIR: 'a folder stands in its place',
  EBUSY: 'it is in use (a mount point, for instance)',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  EIO: 'input/output error',
  ESTALE: 'another folder stands there now (stale file handle)',
  ENOTCONN: 'its mount is not connected',
  ENAMETOOLONG: 'the name is too long',
  EXDEV: 'it is on another file system',
  EMFILE: 'too many open files',
};

/** Why a file call failed, in plain words. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return words[code] ?? (code === '' ? String(error) : code);
}
