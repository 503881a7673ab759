import type { Passport } from '../../../src-shared/passport.ts';

/**
 * What a folder lies on, the same for all folders there and from one run to the next: the UUID of its block device, else the
 * share or device with its type as mountinfo names them (proc(5)).
 */
export function deviceOf({ mount }: Passport): string {
  return mount.uuid ?? `${mount.type} ${mount.source}`;
}
