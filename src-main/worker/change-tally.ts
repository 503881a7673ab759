import { lastOf, ROOT, topOf, type ByteName } from '../../src-shared/byte-name.ts';
import { addToCommonest } from '../../src-shared/commonest.ts';
import type { Change } from '../../src-shared/rsync-result.ts';
import type { TopTally } from '../../src-shared/worker-protocol.ts';

/** Top folders counted for one call, extensions for each of them, and names told. */
const mostTops = 2000;
const mostExtensions = 32;
const mostNames = 5;
/** Longer ones are part of a name that happens to hold a dot. */
const longestExtension = 16;

type Extension = TopTally['extensions'][number];
type Counts = Omit<TopTally, 'top' | 'extensions'> & { readonly extensions: Map<ByteName, Extension> };

/** Counts of the changes of one call by top folder, of a size that does not grow with their number. */
export interface ChangeTally {
  take(change: Change): void;
  result(): TopTally[];
}

/** No changes yet. */
export function createChangeTally(): ChangeTally {
  const tops = new Map<ByteName, Counts>();
  return {
    take({ code, name, isFolder }) {
      const top = topOf(name);
      // A top folder's own entry is not part of what lies in it.
      if (top === name && isFolder) return;
      const key = top === name ? ROOT : top;
      const counts: Counts = tops.get(key) ?? { created: 0, rewritten: 0, extensions: new Map(), names: [] };
      if (!tops.has(key)) {
        if (tops.size >= mostTops) return;
        tops.set(key, counts);
      }
      if (code.includes('+')) {
        counts.created++;
        if (!isFolder) takeExtension(counts.extensions, name);
      } else if (code.startsWith('>f')) {
        counts.rewritten++;
        if (counts.names.length < mostNames) counts.names.push(name);
      }
    },
    result: () => [...tops].map(([top, { extensions, ...counts }]) => ({ top, ...counts, extensions: [...extensions.values()] })),
  };
}

function takeExtension(extensions: Map<ByteName, Extension>, name: ByteName): void {
  const extension = extensionOf(name);
  if (extension === null) return;
  const counted = addToCommonest(extensions, extension, 1, mostExtensions, (): Extension => ({ extension, files: 0, names: [] }));
  if (counted && counted.names.length < mostNames) counted.names.push(name);
}

/** The extension of a name in small letters, dot included; null where it has none. */
export function extensionOf(name: ByteName): ByteName | null {
  const last = lastOf(name);
  const dot = last.lastIndexOf('.');
  if (dot <= 0 || dot === last.length - 1 || last.length - dot > longestExtension) return null;
  return last.slice(dot).toLowerCase() as ByteName;
}
