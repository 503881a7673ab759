import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors.ts';

const first = '/sys/fs/cgroup';

/** A control group of a case, and how to start a program in it. */
export interface Group {
  readonly through: readonly string[];
  set(file: string, text: string): void;
  end(): Promise<void>;
}

/** Where the groups of a controller are made: `v1` has a tree for each, `v2` one for all. Null: this kernel or container has none. */
export function controllerPlace(controller: 'blkio' | 'memory'): { readonly folder: string; readonly version: 1 | 2 } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const probe = controller === 'blkio' ? 'blkio.throttle.write_bps_device' : 'memory.limit_in_bytes';
  if (existsSync(join(first, controller, probe))) return { folder: join(first, controller), version: 1 };
  const file = join(first, 'cgroup.subtree_control');
  const needed = controller === 'blkio' ? 'io' : 'memory';
  return existsSync(file) && readFileSync(file, 'utf8').split(/\s+/u).includes(needed) ? { folder: first, version: 2 } : null;
}

/** Makes a group of this controller. Throws `AppError` where that is not allowed. */
export function makeGroup(controller: 'blkio' | 'memory', name: string): Group & { readonly version: 1 | 2 } {
  const place = controllerPlace(controller);
  if (place === null) throw new AppError({ kind: 'permission', message: `There is no ${controller} control group here.` });
  const folder = join(place.folder, `daybreak-${name}-${process.pid}`);
  mkdirSync(folder);
  return {
    version: place.version,
    // The shell enters the group and becomes the program.
    through: ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs')],
    set: (file, text) => writeFileSync(join(folder, file), text),
    async end() {
      for (let tries = 0; tries < 50; tries++) {
        try {
          return rmdirSync(folder);
        } catch {
          // Processes that just ended are still in it.
          await wait(100);
        }
      }
    },
  };
}

/** Major and minor number of the device that a path lies on, as the throttle files want them. */
export function deviceOf(path: string): string {
  const { dev } = statSync(path);
  // makedev(3): the lower 8 bits and those above 20 are the minor number.
  return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
}

/** Limits reading and writing of a device in a group, bytes per second. */
export function throttle(group: Group & { readonly version: 1 | 2 }, device: string, bytesPerSecond: number): void {
  if (group.version === 2) return group.set('io.max', `${device} rbps=${bytesPerSecond} wbps=${bytesPerSecond}`);
  for (const way of ['read', 'write']) group.set(`blkio.throttle.${way}_bps_device`, `${device} ${bytesPerSecond}`);
}
