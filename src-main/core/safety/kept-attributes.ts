import type { Notice } from '../../../src-shared/run.ts';

const permissionsNotKept = 'Permissions are not kept at ';

/** Said of a destination where no mode can be set: rsync ends with 0 there all the same. `type`: of its file system, where known. */
export function keepsNoPermissions(path: string, type: string | null): Notice {
  return {
    level: 'warning',
    message: `${permissionsNotKept}${path}: its file system${type === null ? '' : ` (${type})`} has one for all files`,
    hint: 'What is copied back from there has the permissions and the owner of that mount. NFS keeps both, SMB with POSIX extensions, and file systems of Linux and macOS.',
  };
}

/** Whether a notice of a run says that. */
export function tellsOfPermissions({ message }: Notice): boolean {
  return message.startsWith(permissionsNotKept);
}
