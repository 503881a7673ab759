import type { Volume } from '../../../src-shared/place.ts';

/** What a person calls a volume: the last part of where it is mounted. */
export function volumeName({ mount }: Volume): string {
  return mount.point === '/' ? 'This system' : mount.point.slice(mount.point.lastIndexOf('/') + 1);
}

/** What it is, in plain words: "Share of nas", "Removable disk". */
export function volumeKind({ kind, mount }: Volume): string {
  switch (kind) {
    case 'disk': return 'Local disk';
    case 'removable': return 'Removable disk';
    case 'memory': return 'In memory: lost when the machine restarts';
    case 'network': {
      const server = serverOf(mount.source);
      return server === null ? 'Network share' : `Share of ${server}`;
    }
  }
}

/** The server of a share: `nas:/export`, `//nas/share`, `admin@nas:/export`, `[fe80::1]:/export`; null where the device does not say. */
function serverOf(device: string): string | null {
  const found = /^\/\/(?:[^@/]*@)?([^/]+)/u.exec(device) ?? /^(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+):/u.exec(device);
  return found?.[1] ?? null;
}
