import { hasLeft, pause } from '../../src-main/core/live/pause.ts';
import type { PathFacts } from '../../src-shared/passport.ts';
import type { FolderListing, PlaceCheck, SplitPreview, Volume } from '../../src-shared/place.ts';
import { projects, shareOf } from './app-double-names.ts';

const made = new Set<string>();

export const volumes: readonly Volume[] = [
  { mount: { point: '/', type: 'ext4', source: '/dev/nvme0n1p2', root: '/', uuid: '5c1e' }, kind: 'disk', freeBytes: 212e9, totalBytes: 512e9, readOnly: false },
  { mount: { point: '/data', type: 'xfs', source: '/dev/md0', root: '/', uuid: '77aa' }, kind: 'disk', freeBytes: 3.1e12, totalBytes: 24e12, readOnly: false },
  { mount: { point: '/mnt/backup', type: 'nfs4', source: 'nas:/export/backup', root: '/', uuid: null }, kind: 'network', freeBytes: 18e12, totalBytes: 60e12, readOnly: false },
  { mount: { point: '/media/archive', type: 'exfat', source: '/dev/sdc1', root: '/', uuid: 'a0b1' }, kind: 'removable', freeBytes: 1.2e12, totalBytes: 4e12, readOnly: true },
  { mount: { point: '/mnt/old-nas', type: 'cifs', source: '//old-nas/share', root: '/', uuid: null }, kind: 'network', freeBytes: null, totalBytes: null, readOnly: false },
];

const tree: Readonly<Record<string, readonly string[]>> = {
  '/': ['data', 'home', 'media', 'mnt', 'srv'], '/data': ['production', 'archive', 'scratch'], '/home': ['anna', 'ben'], '/media': ['archive'], '/mnt': ['backup', 'old-nas'],
  '/data/production': projects, '/mnt/backup': ['nightly', 'weekly'],
};

export function listFolder(path: string): FolderListing {
  const names = [...(tree[path] ?? ['raw', 'edit', 'audio']), ...[...made].filter((each) => parentOf(each) === path).map((each) => each.slice(path.length + 1))].sort();
  return {
    path, parent: path === '/' ? null : parentOf(path), otherNames: Math.round(shareOf(path.length) * 12), isCut: false, writable: path.startsWith('/mnt') || path.startsWith('/home'),
    folders: names.map((name) => {
      const full = path === '/' ? `/${name}` : `${path}/${name}`;
      return { name, path: full, isOpaque: false, isMount: volumes.some(({ mount }) => mount.point === full) };
    }),
  };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function makeFolder(parent: string, name: string): { path: string } {
  const path = parent === '/' ? `/${name}` : `${parent}/${name}`;
  made.add(path);
  return { path };
}

function factsOf(path: string): PathFacts {
  const volume = volumes.toSorted((one, other) => other.mount.point.length - one.mount.point.length).find(({ mount }) => path.startsWith(mount.point)) ?? volumes[0];
  return {
    path, realPath: path, kind: 'folder', passport: volume ? { path, mount: volume.mount, inside: [] } : null, isEmpty: false, readable: true, writable: volume?.readOnly === false,
    unmountedPoint: null, hasDaybreakFolder: false, parentExists: true, freeBytes: volume?.freeBytes ?? 0, usedBytes: (volume?.totalBytes ?? 0) - (volume?.freeBytes ?? 0), freeInodes: 1e8, latencyMs: 0.4, keepsAttributes: true,
  };
}

export function checkPlaces(source: string | null, destination: string | null, mirror: boolean): PlaceCheck {
  const target = destination === null ? null : factsOf(destination);
  return {
    source: source === null ? null : factsOf(source), destination: target,
    problems: target && !target.writable ? [{ kind: 'permission', message: `${destination ?? ''} is mounted read-only`, hint: 'Mount it for writing, or choose another destination.' }] : [],
    notices: target && source !== null ? [{ level: 'info', message: 'The destination is a share of a server: small files take longer there, more workers help.' }] : [],
    adopts: destination?.endsWith('nightly') === true, asksFirst: mirror,
  };
}

/** A walk that takes about three seconds. */
export async function* previewSplit(stop: AbortSignal | undefined): AsyncGenerator<SplitPreview, void> {
  for (let step = 1; step <= 12 && !hasLeft(stop); step++) {
    const folders = projects.slice(0, step).map((name, place) => {
      const entries = Math.round(2000 + shareOf(place, 8) ** 2 * 400_000);
      return { name, entries, bytes: entries * 380_000, units: Math.max(1, Math.round(entries / 9000)) };
    });
    const sum = (key: 'entries' | 'bytes' | 'units'): number => folders.reduce((total, folder) => total + folder[key], 0);
    yield { folders, entries: sum('entries'), bytes: sum('bytes'), units: sum('units'), isWhole: step === 12 };
    await pause(250, stop);
  }
}
