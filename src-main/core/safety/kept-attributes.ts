import type { KeptAttributes } from '../../../src-shared/kept-attributes.ts';
import type { Notice } from '../../../src-shared/run.ts';

const permissions = 'Permissions are not kept at ';
const owners = 'Owners cannot be kept at ';

export interface KeptPlace {
  readonly path: string;
  /** Of its file system, where known. */
  readonly type: string | null;
  readonly isRoot: boolean;
}

/** What is said of a destination that keeps less than a file is given; null where that is nothing new: others than root keep no owners anywhere. */
export function tellNotKept(keeps: KeptAttributes, { path, type, isRoot }: KeptPlace): Notice | null {
  if (!keeps.modes) {
    return {
      level: 'warning',
      message: `${permissions}${path}: its file system${type === null ? '' : ` (${type})`} has one for all files`,
      hint: 'What is copied back from there has the permissions and the owner of that mount. NFS keeps both, SMB with POSIX extensions, and file systems of Linux and macOS.',
    };
  }
  if (keeps.owners || !isRoot) return null;
  return {
    level: 'warning',
    message: `${owners}${path}: what root makes there belongs to another user`,
    hint: 'The server maps root to somebody else (root_squash). Where this machine may be trusted, export the share with no_root_squash.',
  };
}

/** What a run did not keep, by its notices, for its receipt. */
export function notKeptBy(notices: readonly Notice[]): { name: string; reason: string }[] {
  const isSaid = (start: string): boolean => notices.some(({ message }) => message.startsWith(start));
  return [
    ...(isSaid(permissions) ? [{ name: 'Permissions', reason: 'Not kept: the file system of the destination has one for all files.' }] : []),
    ...(isSaid(owners) ? [{ name: 'Owners', reason: 'Not kept: what root makes at the destination belongs to another user.' }] : []),
  ];
}
