import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import { mountText } from '../safety/passport.ts';
import { bytesText } from '../safety/words.ts';
import { isEnding, type RunContext } from './context.ts';

/** How often a full destination is looked at, ms. */
const usualEveryMs = 2000;
/** How long a run waits for room in all, ms: as long as rsync's own clocks give those that are stopped meanwhile. */
const usualWaitMs = 10 * 60_000;
/** A cancelled run must not wait for the next look, ms. */
const wakeEveryMs = 100;
/** More free than when the run met the end: less comes and goes by itself. */
const worthBytes = 1_000_000;
const worthInodes = 16;
/** A path that has not answered for so long tells nothing this time, ms. */
const answerMs = 15_000;

type Room = Pick<PathFacts, 'path' | 'freeBytes' | 'freeInodes' | 'passport'>;

export interface RoomParts {
  /** Stops all rsyncs for the time of the wait, and lets them go on. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Waits for room at a full destination: once for all units that met it. Nothing is removed to make room. */
export interface RoomWait {
  /**
   * Resolves with null when the units that failed may be tried again, or with the failure that ends the run: there was
   * no room within the time a run may wait in all, or the run is ending.
   */
  wait(context: RunContext, error: ErrorData): Promise<ErrorData | null>;
  /** A person wants the run to go on, room or no room. */
  tryNow(): void;
}

/** No wait yet. */
export function createRoomWait({ pause, resume }: RoomParts): RoomWait {
  let waiting: Promise<ErrorData | null> | null = null;
  let leftMs: number | null = null;
  let press = new AbortController();

  async function wait(context: RunContext, error: ErrorData): Promise<ErrorData | null> {
    const { tuning } = context.ports;
    leftMs ??= tuning?.roomWaitMs ?? usualWaitMs;
    if (leftMs === 0) return error;
    const from = performance.now();
    const deadline = from + leftMs;
    press = new AbortController();
    const { signal: pressed } = press;
    pause();
    const atFirst = await lookForRoom(context);
    let now = atFirst;
    context.notice({
      level: 'warning', message: `${fullText(error, now)}. The run waits up to ${timeText(leftMs)} for room.`,
      hint: 'Make room there: the run then goes on by itself. Daybreak removes nothing to make room.',
    });
    while (!pressed.aborted && !isRoomier(now, atFirst) && performance.now() < deadline && !isEnding(context)) {
      await untilNextLook(context, pressed, Math.min(deadline, performance.now() + (tuning?.roomEveryMs ?? usualEveryMs)));
      if (!isEnding(context)) now = (await lookForRoom(context)) ?? now;
    }
    const waitedMs = performance.now() - from;
    leftMs -= Math.min(leftMs, waitedMs);
    if (isEnding(context)) return error;
    if (!pressed.aborted && !isRoomier(now, atFirst)) {
      return { ...error, message: `${fullText(error, now)}, and no room was made within ${timeText(waitedMs)}` };
    }
    if (!pressed.aborted) context.notice({ level: 'info', message: `There is room again at ${placeText(now)}: ${freeText(now)}. The run goes on.` });
    resume();
    return null;
  }

  return {
    wait: (context, error) => (waiting ??= wait(context, error).finally(() => {
      waiting = null;
    })),
    tryNow() {
      press.abort();
    },
  };
}

async function untilNextLook(context: RunContext, pressed: AbortSignal, at: number): Promise<void> {
  while (performance.now() < at && !pressed.aborted && !isEnding(context)) await sleep(Math.max(1, Math.min(wakeEveryMs, at - performance.now())));
}

/** Null where the destination does not answer: then it is looked at again later. */
async function lookForRoom({ scout, job }: RunContext): Promise<Room | null> {
  return scout().ask({ op: 'look', path: job.destination }, { path: job.destination, answerMs }).catch(() => null);
}

function isRoomier(now: Room | null, before: Room | null): boolean {
  if (!now || !before) return false;
  return now.freeBytes >= before.freeBytes + worthBytes || now.freeInodes >= before.freeInodes + worthInodes;
}

/** `The destination is full: 12 kB free on /dev/sdb1 (ext4), mounted at /mnt/backup`. */
function fullText({ message }: ErrorData, room: Room | null): string {
  return room ? `${message}: ${freeText(room)} on ${placeText(room)}` : message;
}

function freeText(room: Room | null): string {
  if (!room) return 'nothing is known of what is free';
  // Where the number of files is not limited, it is told as one that no disk reaches.
  const few = room.freeInodes < 1000 ? ` and ${room.freeInodes} more files possible` : '';
  return `${bytesText(room.freeBytes)} free${few}`;
}

function placeText(room: Room | null): string {
  const mount = room?.passport?.mount;
  return mount ? `${mountText(mount)}, mounted at ${mount.point}` : room?.path ?? 'the destination';
}

function timeText(ms: number): string {
  return ms < 60_000 ? `${Math.max(1, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;
}
