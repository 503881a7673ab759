import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listProc, readProc } from './proc-file.ts';

/** Deeper stacks than this are a loop of links. */
const mostLayers = 10;

/**
 * The whole disks that a block device lies on, by the kernel's names, sorted: through its partition (`sda1` -> `sda`) and what it is
 * built of (`slaves/` of md, dm, LVM and bcache, kernel doc ABI/stable/sysfs-block). A loop device is named itself: its file may
 * be anywhere. `device` is a name of the kernel (`dm-0`) or a number (`253:0`). Empty where it is not known.
 */
export function wholeDisks(device: string, sys = '/sys', layers = 0): string[] {
  const folder = real(join(sys, device.includes(':') ? 'dev' : 'class', 'block', device));
  if (folder === null || layers > mostLayers) return [];
  const below = listProc(join(folder, 'slaves'));
  if (below.length > 0) return unique(below.flatMap((each) => wholeDisks(each, sys, layers + 1)));
  return existsSync(join(folder, 'partition')) ? [basename(dirname(folder))] : [basename(folder)];
}

/** All block devices of the btrfs that has `device` (a name of the kernel), which may have several; empty where there is none. */
export function btrfsDevices(device: string, sys = '/sys'): string[] {
  for (const id of listProc(join(sys, 'fs', 'btrfs'))) {
    const devices = listProc(join(sys, 'fs', 'btrfs', id, 'devices'));
    if (devices.includes(device)) return devices;
  }
  return [];
}

/** The kernel's name of a device file (`/dev/mapper/vg-data` -> `dm-3`), or null. */
export function kernelName(deviceFile: string): string | null {
  const path = real(deviceFile);
  return path === null ? null : basename(path);
}

/** Whether one of `disks` has a head to move (queue/rotational); null where none tells. */
export function isRotational(disks: readonly string[], sys = '/sys'): boolean | null {
  const told = disks.flatMap((disk) => readProc(join(sys, 'block', disk, 'queue', 'rotational'))?.trim() ?? []);
  return told.length === 0 ? null : told.includes('1');
}

/** Each once, in order. */
export function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
