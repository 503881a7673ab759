import type { RsyncResult } from '../../../src-shared/rsync-result.ts';
import { type Disposition, type EndContext, failed, type Note, retryOrFail, says } from './disposition.ts';

const full: readonly string[] = ['No space left on device', 'Disk quota exceeded'];
const disconnected: readonly string[] = [
  'Transport endpoint is not connected', 'No such device', 'No such device or address', 'Device not configured', 'Host is down',
];
const passing: readonly string[] = [
  'Stale file handle', 'Connection timed out', 'Remote I/O error', 'Too many open files', 'Too many open files in system',
];
const forbidden: readonly string[] = ['Permission denied', 'Operation not permitted'];
const mediumError = 'Input/output error';

/** Code 11: the receiver gave up, mostly because the destination takes no more. The errno tells why. */
export function judgeFileError(result: RsyncResult, context: EndContext): Disposition {
  const wide = judgeFileSystem(result, context);
  if (wide) return wide;
  const errno = result.facts.errno ?? 'rsync does not say why';
  if (errno === mediumError || errno === 'No such file or directory') {
    return failed(result, {
      kind: 'destination-unreachable', message: `rsync cannot go on at the destination: ${errno}`,
      hint: 'Check that the disk or share is there and healthy.', stopRun: true,
    });
  }
  if (forbidden.includes(errno)) {
    return failed(result, {
      kind: 'permission', message: `rsync may not write at the destination: ${errno}`,
      hint: 'Run it as a user who may, or change who owns the folder.', stopRun: true,
    });
  }
  if (errno === 'File too large') {
    return failed(result, {
      kind: 'invalid-input',
      message: `Too large for the file system of the destination: ${result.facts.failedNames[0] ?? 'a file'}`,
      hint: 'Exclude it, or use a file system that takes large files.',
    });
  }
  return failed(result, { kind: 'internal', message: `rsync could not read or write: ${errno}`, hint: 'Look at the details.' });
}

/** Code 23: some names failed. Looked at for what concerns them all first: rsync tries every file of a full disk. */
export function judgePartial(result: RsyncResult, context: EndContext): Disposition {
  const wide = judgeFileSystem(result, context);
  if (wide) return wide;
  const { errno, couldNotMakeWay, deletionsSkipped, failedCount, ioError } = result.facts;
  if (errno === mediumError && !isAtSource(result, errno)) {
    return failed(result, {
      kind: 'destination-unreachable', message: 'The destination reports input/output errors',
      hint: 'Its disk may be failing: look at the log of the system.', stopRun: true,
    });
  }
  if (says(result, /^rsync: (?:\[sender\] )?change_dir\b.* failed: /u)) {
    return failed(result, {
      kind: 'source-missing', message: 'The source can no longer be read', hint: 'Check that its disk or share is still there.',
      stopRun: true,
    });
  }
  const failures = failedCount - couldNotMakeWay;
  const isWarned = failures > 0 || ioError;
  const retryAlone = context.attempt === 1 && isWarned;
  if (context.mirrorCopyPhase && (deletionsSkipped > 0 || couldNotMakeWay > 0)) {
    return { kind: 'pending-deletes', note: isWarned ? noteFor(result, failures) : null, retryAlone };
  }
  return { kind: 'warned', note: noteFor(result, failedCount), retryAlone };
}

/** What concerns a whole file system, whether rsync gave up (11) or went on to the end (23). Null when nothing does. */
function judgeFileSystem(result: RsyncResult, context: EndContext): Disposition | null {
  const errno = result.facts.errno ?? '';
  if (full.includes(errno)) {
    const message = errno === 'Disk quota exceeded' ? 'The quota at the destination is used up' : 'The destination is full';
    const hint = 'Make room there (bytes, or inodes: see df -i), then run the backup again.';
    return { ...failed(result, { kind: 'no-space', message, hint }), pausePool: true };
  }
  if (errno === 'Read-only file system') {
    return failed(result, {
      kind: 'destination-unreachable', message: 'The destination is read-only',
      hint: 'Mount it for writing. A disk that turned read-only by itself may be failing: look at the log of the system.',
      stopRun: true,
    });
  }
  const atSource = isAtSource(result, errno);
  const kind = atSource ? 'source-missing' : 'destination-unreachable';
  const where = atSource ? 'source' : 'destination';
  if (disconnected.includes(errno)) {
    return failed(result, {
      kind, message: `The ${where} is no longer there: ${errno}`,
      hint: 'Connect the disk or share again, then run the backup again.', stopRun: true,
    });
  }
  if (result.code === 11 && passing.includes(errno)) {
    return retryOrFail(result, context, { maxAttempts: 3, baseMs: 2000 }, {
      kind, message: `The ${where} does not answer as it should: ${errno}`, hint: 'Check the share and the network.',
      stopRun: true,
    });
  }
  return null;
}

function noteFor({ facts }: RsyncResult, count: number): Note {
  const names = count === 1 ? '1 name' : `${count} names`;
  const what = count === 0 ? 'Not everything could be copied' : `${names} could not be copied in full`;
  const message = facts.errno === null ? what : `${what}: ${facts.errno}`;
  if (facts.errno === 'Operation not permitted') {
    return {
      message,
      hint: 'If this is not run as root: run it as root. Otherwise the file system there does not take them: shares may know no owners, no special files and not every name.',
    };
  }
  if (facts.errno === 'Permission denied') {
    return { message, hint: 'Run the backup as a user who may read and write them, as root for instance.' };
  }
  if (facts.errno === mediumError) {
    return { message, hint: 'The disk of the source may be failing: look at the log of the system.' };
  }
  if (facts.couldNotMakeWay > 0) {
    return {
      message,
      hint: 'Folders that are not empty stand where files must go: mirroring (--delete) removes them, if no exclude keeps them.',
    };
  }
  return { message };
}

/** A source error is one of the sender's. The line with the worst errno is always among the last lines. */
function isAtSource(result: RsyncResult, errno: string): boolean {
  return result.lastLines.find((line) => line.includes(`: ${errno} (`))?.startsWith('rsync: [sender]') ?? false;
}
