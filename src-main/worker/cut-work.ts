import { setTimeout as sleep } from 'node:timers/promises';
import type { CutFile } from '../../src-shared/cut-file.ts';
import type { RsyncResult } from '../../src-shared/rsync-result.ts';
import type { CutCall } from '../../src-shared/worker-protocol.ts';
import { putBack, setAside, sizeOf } from './cut-files.ts';
import { startRsync, type RsyncProcess } from './rsync-process.ts';

/** How long an rsync that is to end waits for its file to be set aside, ms: a server that hangs must not keep it. */
const asideWithinMs = 1000;

/** What becomes of large files of one unit that are cut off. */
export interface CutWork {
  /** Goes on with what an earlier run has left, file by file, as long as `mayGoOn`. */
  resume(follow: (started: RsyncProcess) => Promise<RsyncResult>, mayGoOn: () => boolean): Promise<void>;
  /** To be awaited before the rsync of the unit is ended. Never rejects. */
  beforeEnd(pid: number | undefined): Promise<void>;
  /** The result of the unit with what was done to such files; its rsync must have ended. `isNew`: it counts them as new already. */
  resultWith(result: RsyncResult, isNew: boolean): Promise<RsyncResult>;
}

/** `call` null: nothing is kept, and nothing was. */
export function createCutWork(call: CutCall | null): CutWork {
  let aside: Omit<CutFile, 'bytes'>[] = [];
  const usedUp: string[] = [];
  const resumed: NonNullable<RsyncResult['resumed']> = [];
  let keptBytes = 0;
  return {
    async resume(follow, mayGoOn) {
      for (const { file, call: rest } of call?.resume ?? []) {
        if (!call || !mayGoOn()) return;
        const isThere = await putBack(call, file);
        usedUp.push(file.kept);
        if (!isThere) continue;
        const { code, stats } = await follow(startRsync(rest, {}));
        if (code !== 0 || stats?.filesTransferred !== 1) continue;
        resumed.push({ name: file.name, bytes: file.sourceBytes - file.bytes });
        keptBytes += file.bytes;
      }
    },
    async beforeEnd(pid) {
      if (!call || pid === undefined) return;
      const setting = setAside(pid, call);
      aside.push(...await Promise.race([setting, sleep(asideWithinMs, [], { ref: false })]));
    },
    async resultWith(result, isNew) {
      const cutFiles: CutFile[] = [];
      for (const file of call ? aside : []) {
        const bytes = await sizeOf(call!, file.kept);
        if (bytes !== null && bytes > 0) cutFiles.push({ ...file, bytes });
      }
      aside = [];
      return {
        ...(isNew ? withoutKept(result, keptBytes) : withResumed(result, resumed)), ...(cutFiles.length > 0 ? { cutFiles } : {}), ...(usedUp.length > 0 ? { usedUp } : {}),
        ...(resumed.length > 0 ? { resumed } : {}),
      };
    },
  };
}

/** Files that were gone on with are new at the destination; to the rsync that came after they were there. */
function withResumed(result: RsyncResult, resumed: NonNullable<RsyncResult['resumed']>): RsyncResult {
  const { stats } = result;
  if (!stats || resumed.length === 0) return result;
  const bytes = resumed.reduce((sum, each) => sum + each.bytes, 0);
  return {
    ...result,
    stats: {
      ...stats, created: stats.created + resumed.length, createdFiles: stats.createdFiles + resumed.length,
      filesTransferred: stats.filesTransferred + resumed.length, transferredBytes: stats.transferredBytes + bytes, literalBytes: stats.literalBytes + bytes,
    },
  };
}

/** Of files that count as new, what an earlier run had copied was not copied again. */
function withoutKept(result: RsyncResult, bytes: number): RsyncResult {
  const { stats } = result;
  if (!stats) return result;
  return { ...result, stats: { ...stats, transferredBytes: stats.transferredBytes - bytes, literalBytes: stats.literalBytes - bytes } };
}
