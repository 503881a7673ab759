import { joinName, lastOf, parentOf, type ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { Turn } from './compare.ts';
import { identityOf, isSameVersion, permissions, type Facts } from './facts.ts';
import { createFolderTrail } from './held-folder.ts';
import type { NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';

/** A file up to this is read and written by one call each, bytes. */
const mostAtOnce = 256 * 1024;
/** Of a larger one so much is copied between two turns, bytes. */
const pieceBytes = 8 * 1024 * 1024;
/** Read and written where the kernel does not copy between these two file systems, bytes. */
const slowPieceBytes = 1024 * 1024;

/** A folder of both sides that is open, by its descriptors. */
export interface OpenPair {
  readonly from: number;
  readonly to: number;
  readonly path: ByteName;
}

export interface FillContext {
  readonly calls: NativeCalls;
  readonly turn: Turn;
  /** Told of each file's content, bytes. */
  readonly copied: (bytes: number) => void;
}

export interface CopyContext extends FillContext, Pick<CompareCall, 'keeps' | 'isRoot'> {
  /** What all others lie in. */
  readonly root: OpenPair;
}

/** Copies files that the destination has not. */
export interface FileCopy {
  /**
   * Copies a file of a folder; answers what is there then, be it another one that had the name, or null. What it could not copy right has the
   * time of now, so that rsync copies it again. Throws `OnlyRsyncKnows` where the destination takes no more.
   */
  copy(pair: OpenPair, name: ByteName, ours: Facts): Facts | null | Promise<Facts | null>;
  /** Gives what is open at the destination the owner, the permissions and the time of the source; answers what it has then. */
  finish(made: number, ours: Facts): Facts;
}

/**
 * For new small files this takes less of the processor than cp(1) and a comparison after it, as all is known of a file when it is closed
 * (docs/benchmarks.md). Nothing is overwritten, and nothing removed.
 */
export function createFileCopy({ calls, root, keeps, isRoot, turn, copied }: CopyContext): FileCopy {
  const content = Buffer.allocUnsafeSlow(mostAtOnce + 1);
  const [user, group] = [process.geteuid?.() ?? -1, process.getegid?.() ?? -1];
  const mask = process.umask();
  /** Copies of files that have further names, by what they are at the source. */
  const firstNames = new Map<string, ByteName>();

  function isOwned(facts: Facts, ours: Facts): boolean {
    return !keeps.owners || (facts.gid === ours.gid && (!isRoot || facts.uid === ours.uid));
  }

  function finish(made: number, ours: Facts): Facts {
    const mode = keeps.modes ? ours.mode & permissions : ours.mode & 0o777 & ~mask;
    calls.setTime(made, ours);
    const facts = calls.lookAt(made);
    if (isOwned(facts, ours) && (facts.mode & permissions) === mode) return facts;
    // A change of the owner takes some permissions away (chown(2)).
    if (!isOwned(facts, ours)) calls.setOwner(made, isRoot ? ours.uid : -1, ours.gid);
    calls.setMode(made, mode);
    return calls.lookAt(made);
  }

  /** False where the source is not what it was. */
  function copyAtOnce(source: number, made: number, bytes: number): boolean {
    // One byte more tells that it has grown.
    if (calls.read(source, content, bytes + 1) !== bytes) return false;
    if (calls.write(made, content, bytes) !== bytes) throw new OnlyRsyncKnows();
    copied(bytes);
    return true;
  }

  /** The same; holes stay holes. */
  async function copyInPieces(source: number, made: number, ours: Facts): Promise<boolean> {
    const bytes = ours.size;
    let at = 0;
    while (at < bytes) {
      const start = calls.nextData(source, at);
      if (start === null) break;
      const end = Math.min(calls.nextHole(source, start), bytes);
      if (end <= start || !calls.goTo(source, start) || !calls.goTo(made, start)) return false;
      at = start;
      while (at < end) {
        await turn();
        const piece = await copyPiece(source, made, Math.min(pieceBytes, end - at));
        if (piece === 0) return false;
        copied(piece);
        at += piece;
      }
    }
    // One that was cut short meanwhile looks as if it ended with a hole.
    return calls.setSize(made, bytes) && isSameVersion(calls.lookAt(source), ours);
  }

  /** Answers 0 at the end of the source. */
  async function copyPiece(source: number, made: number, bytes: number): Promise<number> {
    const inKernel = await calls.copy(source, made, bytes);
    if (inKernel >= 0) return inKernel;
    const some = Buffer.allocUnsafeSlow(Math.min(slowPieceBytes, bytes));
    const read = await calls.readSlowly(source, some, some.length);
    if (read <= 0) return 0;
    if ((await calls.writeSlowly(made, some, read)) !== read) throw new OnlyRsyncKnows();
    return read;
  }

  /** Another name of a file that was copied; false where there is none, or it cannot be. */
  function link(to: number, name: ByteName, ours: Facts): boolean {
    const first = firstNames.get(identityOf(ours));
    if (first === undefined) return false;
    const trail = createFolderTrail(calls, { descriptor: root.to, path: root.path });
    try {
      const folder = trail.enter(parentOf(first));
      return folder !== null && calls.link(folder, lastOf(first), to, name);
    } finally {
      trail.close();
    }
  }

  return {
    finish,
    copy({ from, to, path }, name, ours) {
      if (ours.links > 1 && link(to, name, ours)) return calls.look(to, name);
      const source = calls.openFile(from, name);
      if (source < 0) return calls.look(to, name);
      // Nobody is to see more of it before it has its owner than afterwards.
      const made = calls.createFile(to, name, ours.uid === user && ours.gid === group ? ours.mode & 0o777 : ours.mode & 0o700);
      if (made < 0) {
        calls.close(source);
        return calls.look(to, name);
      }
      const end = (isCopied: boolean): Facts => (isCopied ? finish(made, ours) : calls.lookAt(made));
      const close = (): void => {
        calls.close(source);
        calls.close(made);
      };
      if (ours.links > 1) firstNames.set(identityOf(ours), joinName(path, name));
      if (ours.size > mostAtOnce) return copyInPieces(source, made, ours).then(end).finally(close);
      try {
        return end(ours.size === 0 || copyAtOnce(source, made, ours.size));
      } finally {
        close();
      }
    },
  };
}
