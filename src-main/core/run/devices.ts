import type { Passport } from '../../../src-shared/passport.ts';
import type { Store } from '../store/open-store.ts';
import type { Passports } from './same-place.ts';

/**
 * What a folder lies on, the same for all folders there and from one run to the next: the UUID of its block device, else the
 * share or device with its type as mountinfo names them (proc(5)).
 */
export function deviceOf({ mount }: Passport): string {
  return mount.uuid ?? `${mount.type} ${mount.source}`;
}

/** The size of pool that an earlier run between these two devices found, whatever its job; null where none did. */
export function rememberedSize({ learned }: Store, { source, destination }: Passports, isFull: boolean): number | null {
  return source && destination ? learned.poolSize(deviceOf(source), deviceOf(destination), isFull ? 'full' : 'incremental') : null;
}
