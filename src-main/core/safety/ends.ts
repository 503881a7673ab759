import type { ErrorData, ErrorKind } from '../../../src-shared/errors.ts';
import type { Mount, PathFacts } from '../../../src-shared/passport.ts';
import { mountText } from './passport.ts';

/** What is wrong with the source by itself, or null: it must be there, a folder, readable, and no destination. */
export function judgeSource(source: PathFacts): ErrorData | null {
  const { path } = source;
  if (source.unmountedPoint !== null) return notMounted('source-missing', 'source', path, source.unmountedPoint);
  if (source.kind === 'missing') {
    const hint = 'Check the path. If it is on a disk or share, check that this is mounted.';
    return wrong('source-missing', `The source ${path} does not exist`, hint);
  }
  if (!source.readable && (source.kind === 'other' || source.kind === 'folder')) {
    return wrong('permission', `The source ${path} may not be read`, 'Run as a user who may read it.');
  }
  if (source.kind !== 'folder') {
    const hint = 'Name the folder that holds it; a single file cannot be backed up by itself.';
    return wrong('invalid-input', `The source ${path} is not a folder`, hint);
  }
  if (source.hasDaybreakFolder) {
    const message = `The source ${path} holds a folder .daybreak: it is itself a destination of Daybreak`;
    const hint = 'Choose the original as the source. If it is no backup, remove or rename that folder.';
    return wrong('invalid-input', message, hint);
  }
  return null;
}

/**
 * What is wrong with the destination by itself, or null: it must be a writable folder, or one that can be made.
 * `lastMount`: what it lay on at the last run, null where there was none or where another place is accepted: a
 * destination that was there and is gone is more likely not mounted than new. In a dry run it need not be writable.
 */
export function judgeDestination(destination: PathFacts, lastMount: Mount | null, dryRun: boolean): ErrorData | null {
  const { path } = destination;
  const mayWrite = destination.writable || dryRun;
  if (destination.unmountedPoint !== null) {
    return notMounted('destination-unreachable', 'destination', path, destination.unmountedPoint);
  }
  switch (destination.kind) {
    case 'missing':
      if (lastMount) return goneSince(path, lastMount);
      if (!destination.parentExists) {
        const hint = `Check the path. If it is right, make the folder first: mkdir -p ${quoted(path)}`;
        return wrong('destination-unreachable', `The destination ${path} cannot be made: its parent folder does not exist`, hint);
      }
      return mayWrite ? null : readOnly(`The destination ${path} cannot be made: its parent folder may not be written`);
    case 'other':
      if (destination.readable || destination.writable) return notFolder('destination', path);
      return wrong(
        'permission', `The destination ${path} may not be looked at, or leads nowhere`,
        'Check the path; run as a user who may enter it.',
      );
    case 'file': return notFolder('destination', path);
    case 'folder': return mayWrite ? null : readOnly(`The destination ${path} may not be written`);
  }
}

/** What is wrong with the folder for kept files by itself, or null. It is made where it is missing. */
export function judgeBackupFolder({ path, kind, unmountedPoint }: PathFacts): ErrorData | null {
  if (unmountedPoint !== null) return notMounted('destination-unreachable', 'backup folder', path, unmountedPoint);
  return kind === 'file' || kind === 'other' ? notFolder('backup folder', path) : null;
}

function goneSince(path: string, lastMount: Mount): ErrorData {
  return wrong(
    'destination-unreachable', `The destination ${path} was there at the last run, on ${mountText(lastMount)}, and is gone`,
    'If its disk or share is not mounted, mount it. '
      + `If you removed the folder on purpose, make it again: mkdir ${quoted(path)}`,
  );
}

function notMounted(kind: ErrorKind, word: string, path: string, point: string): ErrorData {
  return wrong(
    kind, `The ${word} ${path} is not mounted: nothing is mounted at ${point}, which /etc/fstab lists`,
    'Mount it, then run again. If it is not meant to be mounted, remove its line from /etc/fstab.',
  );
}

function notFolder(word: string, path: string): ErrorData {
  return wrong('invalid-input', `The ${word} ${path} is not a folder`, 'Choose a folder.');
}

function readOnly(message: string): ErrorData {
  const hint = 'Run as a user who may write there, or choose another destination. A disk may be mounted read-only.';
  return wrong('permission', message, hint);
}

function wrong(kind: ErrorKind, message: string, hint: string): ErrorData {
  return { kind, message, hint };
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w/.:+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
