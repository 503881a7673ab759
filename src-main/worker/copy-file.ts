import type { ByteName } from '../../src-shared/byte-name.ts';
import type { CompareCall } from '../../src-shared/worker-protocol.ts';
import type { Turn } from './compare.ts';
import { identityOf, permissions, type Facts } from './facts.ts';
import type { NativeCalls } from './native-calls.ts';
import { OnlyRsyncKnows } from './only-rsync.ts';

/** A file up to this is read and written by one call each, bytes. */
const mostAtOnce = 256 * 1024;
/** Of a larger one so much is copied between two turns, bytes. */
const pieceBytes = 8 * 1024 * 1024;
/** Read and written where the kernel does not copy between these two file systems, bytes. */
const slowPieceBytes = 1024 * 1024;
/** Files held open for further names of theirs. */
const mostHeld = 200;

export interface CopyContext extends Pick<CompareCall, 'keeps' | 'isRoot'> {
  readonly calls: NativeCalls;
  readonly turn: Turn;
  /** Told of each file's content, bytes. */
  readonly copied: (bytes: number) => void;
}

/** Copies files that the destination has not. */
export interface FileCopy {
  /**
   * Copies a file; answers what is there then, be it another one that had the name, or null. What it could not copy right has the
   * time of now, so that rsync copies it again. Throws `OnlyRsyncKnows` where the destination takes no more.
   */
  copy(from: number, to: number, name: ByteName, ours: Facts): Facts | null | Promise<Facts | null>;
  /** Gives what is open at the destination the owner, the permissions and the time of the source; answers what it has then. */
  finish(made: number, ours: Facts): Facts;
  /** To be called at the end. */
  close(): void;
}

/**
 * For new small files this takes half the processor time of cp(1) and a comparison after it, as all is known of a file when it
 * is closed (docs/benchmarks.md). Nothing is overwritten, and nothing removed.
 */
export function createFileCopy({ calls, keeps, isRoot, turn, copied }: CopyContext): FileCopy {
  const content = Buffer.allocUnsafeSlow(mostAtOnce + 1);
  const [user, group] = [process.geteuid?.() ?? -1, process.getegid?.() ?? -1];
  const mask = process.umask();
  /** Open at the destination, by what they are at the source. */
  const held = new Map<string, number>();

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

  /** Holes stay holes. */
  async function copyInPieces(source: number, made: number, bytes: number): Promise<boolean> {
    let at = 0;
    while (at < bytes) {
      const start = calls.nextData(source, at);
      if (start < 0) break;
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
    // It may end with a hole.
    return calls.setSize(made, bytes);
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

  /** Another name of a file that was copied; false where that cannot be. */
  function link(to: number, name: ByteName, ours: Facts): boolean {
    const first = held.get(identityOf(ours));
    return first !== undefined && calls.link(first, to, name);
  }

  /** Closes what was made, or holds it for further names. */
  function leave(made: number, ours: Facts): void {
    if (ours.links > 1 && held.size < mostHeld && !held.has(identityOf(ours))) held.set(identityOf(ours), made);
    else calls.close(made);
  }

  return {
    finish,
    copy(from, to, name, ours) {
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
        leave(made, ours);
      };
      if (ours.size > mostAtOnce) return copyInPieces(source, made, ours.size).then(end).finally(close);
      try {
        return end(ours.size === 0 || copyAtOnce(source, made, ours.size));
      } finally {
        close();
      }
    },
    close() {
      for (const made of held.values()) calls.close(made);
      held.clear();
    },
  };
}
