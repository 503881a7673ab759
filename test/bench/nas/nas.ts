import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, toAppError } from '../../../src-shared/errors.ts';

/** What a server is like; see stand-in.c. */
export interface NasShape {
  readonly title: string;
  readonly latencyMs: number;
  /** How long the client keeps names and attributes; 0: it asks each time. */
  readonly cacheSeconds: number;
  /** Null: as fast as the machine. */
  readonly bytesPerSecond: number | null;
  /** Requests it answers at a time; null: all of them. */
  readonly slots: number | null;
  /** All names have the same owner, or mode and owner, and others are forgotten without a word, as on a share without them. */
  readonly forgets?: 'owners' | 'modes';
}

/** A folder behind the stand-in. */
export interface NasMount {
  readonly point: string;
  /** Requests so far. */
  roundTrips(): number;
  unmount(): Promise<void>;
}

const upWithinMs = 5000;

/** Why there can be no stand-in here; null when there can. */
export function whyNoNas(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount it for all';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'there is no /dev/fuse';
  }
  if (spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status !== 0) return 'there is no gcc to build it with';
  if (spawnSync('pkg-config', ['--exists', 'fuse3']).status !== 0) return 'libfuse3-dev and pkg-config are not there';
  return null;
}

/** Builds the stand-in into `folder`, and answers with the program. Throws `AppError` with what the compiler said. */
export function buildNas(folder: string): string {
  const program = join(folder, 'nas-stand-in');
  try {
    const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' }).trim().split(/\s+/u);
    execFileSync('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'stand-in.c'), ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    return program;
  } catch (thrown) {
    throw new AppError({ kind: 'internal', message: 'The NAS stand-in could not be built.', detail: toAppError(thrown).message });
  }
}

/** Mounts `backing` at `point` behind the stand-in. Throws `AppError` where it does not come up. */
export async function mountNas(program: string, shape: NasShape, { backing, point }: { backing: string; point: string }): Promise<NasMount> {
  mkdirSync(point, { recursive: true });
  const count = `${point}.count`;
  const child = spawn(program, [
    backing, point, `--count=${count}`, `--latency-us=${Math.round(shape.latencyMs * 1000)}`, `--cache-s=${shape.cacheSeconds}`,
    ...(shape.bytesPerSecond === null ? [] : [`--bytes-per-s=${shape.bytesPerSecond}`]),
    ...(shape.slots === null ? [] : [`--slots=${shape.slots}`]), `-ofsname=nas:${backing}`,
    // Of libfuse itself (fuse(8), -o umask, uid, gid).
    ...(shape.forgets === 'modes' ? ['-oumask=022,uid=0,gid=0'] : shape.forgets === 'owners' ? ['-ouid=65534,gid=65534'] : []),
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { words += text; });
  const ended = new Promise<void>((resolve) => { child.once('close', () => resolve()); });
  const isUp = (): boolean => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').some((line) => line.split(' ')[4] === point);
  for (let waited = 0; !isUp(); waited += 20) {
    if (child.exitCode !== null || waited > upWithinMs) {
      child.kill();
      throw new AppError({ kind: 'internal', message: `The NAS stand-in did not come up at ${point}.`, detail: words });
    }
    await wait(20);
  }
  return {
    point,
    roundTrips: () => Number(readFileSync(count).readBigUInt64LE()),
    async unmount() {
      if (spawnSync('umount', [point], { stdio: 'ignore' }).status !== 0) spawnSync('umount', ['-l', point], { stdio: 'ignore' });
      await ended;
    },
  };
}
