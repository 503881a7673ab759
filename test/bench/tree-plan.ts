import { formatCount } from '../../src-main/cli/format.ts';
import type { Random } from '../fixtures/random.ts';
import { seededRandom } from '../fixtures/random.ts';
import { split } from './statistics.ts';

export interface PlannedFile {
  readonly name: string;
  readonly bytes: number;
  /** Another name of this file instead of one of its own: path from the root, planned before it. */
  readonly linkTo?: string;
}
export interface PlannedFolder {
  /** From the root, '' being the root itself; parents are made as needed. */
  readonly path: string;
  readonly files: readonly PlannedFile[];
}
/** A tree to be made: the same every time for the same name and size. */
export interface TreePlan {
  readonly name: TreeName;
  /** What is in it, for people. */
  readonly title: string;
  readonly folders: readonly PlannedFolder[];
}

export const treeNames = ['balanced', 'skewed', 'folders', 'large', 'mixed', 'smallest', 'small', 'clips', 'vanishing', 'images', 'crowd'] as const;
export type TreeName = (typeof treeNames)[number];

/** How much there is of each tree: files, but top folders of `folders`, and MiB in each of the 12 files of `images`. */
export type TreeSizes = Readonly<Record<TreeName, number>>;
export const fullSizes: TreeSizes = {
  balanced: 100_000, skewed: 100_000, folders: 1000, large: 100, mixed: 60_000, smallest: 200, small: 2000, clips: 200, vanishing: 20_000, images: 256,
  crowd: 480_000,
};
export const quickSizes: TreeSizes = {
  balanced: 10_000, skewed: 10_000, folders: 200, large: 28, mixed: 6000, smallest: 200, small: 14, clips: 14, vanishing: 100, images: 16,
  crowd: 15_000,
};

const projects = ['alpha', 'beta', 'gamma', 'delta', 'kappa', 'sigma', 'omega'] as const;
const looseFiles = 3;
const largeFileBytes = 20_000_000;
const clipBytes = 4_000_000;
const mebibyte = 1024 * 1024;
const imageBytes = 64 * mebibyte;
/** Every so many files of `mixed` is another name of an earlier one, in another project. */
const linkEvery = 20;

/** The tree of that name, `size` as in `TreeSizes`. */
export function planTree(name: TreeName, size: number): TreePlan {
  const random = seededRandom(treeNames.indexOf(name) + 1);
  switch (name) {
    case 'balanced': {
      const parts = split(size, projects.map(() => 1));
      const folders = projects.flatMap((project, index) => planProject(project, withoutLoose(parts, index), random));
      const title = `${formatCount(size)} small files in 7 even project folders`;
      return { name, title, folders: [planLoose(random), ...folders] };
    }
    case 'skewed': {
      // One project with 80 % of all, a quarter of that in one flat folder.
      const [flat = 0, rest = 0, ...others] = split(size, [12, 36, 2, 2, 2, 2, 2, 2]);
      const folders = [
        { path: 'alpha/flat', files: planSmall(flat, random) },
        ...planProject('alpha', rest, random),
        ...projects.slice(1).flatMap((project, index) => planProject(project, withoutLoose(others, index), random)),
      ];
      const title = `${formatCount(size)} small files, 80 % of them in one project, ${formatCount(flat)} in one flat folder`;
      return { name, title, folders: [planLoose(random), ...folders] };
    }
    case 'folders': {
      const folders = Array.from({ length: size }, (_, index) => {
        return { path: `folder-${padded(index)}`, files: planSmall(10, random) };
      });
      return { name, title: `${formatCount(size)} top folders of 10 small files`, folders };
    }
    case 'large': return { name, title: `${size} files of 20 MB in 7 uneven folders`, folders: planFilms(size, largeFileBytes) };
    case 'clips': return { name, title: `${size} files of 4 MB in 7 uneven folders`, folders: planFilms(size, clipBytes) };
    case 'images': {
      const folders = [6, 4, 2].map((count, index) => ({
        path: `machine-${index}`, files: Array.from({ length: count }, (_, file) => ({ name: `disk-${padded(file)}.img`, bytes: size * mebibyte })),
      }));
      return { name, title: `12 files of ${size} MiB in 3 uneven folders`, folders };
    }
    case 'mixed': return planMixed(size, random);
    case 'smallest':
    case 'small':
    case 'vanishing':
    case 'crowd': {
      const folders = split(size, projects.map(() => 1)).flatMap((files, index) => planProject(projects[index] as string, files, random));
      return { name, title: `${formatCount(size)} small files in 7 even project folders`, folders };
    }
  }
}

function planFilms(size: number, bytes: number): PlannedFolder[] {
  const parts = split(size, [40, 22, 14, 10, 7, 5, 2]);
  return projects.map((project, index) => ({
    path: project, files: Array.from({ length: parts[index] ?? 0 }, (_, file) => ({ name: `film-${padded(file)}.mov`, bytes })),
  }));
}

/** Small files, an image of 64 MiB in each project, and hard links from project to project. */
function planMixed(size: number, random: Random): TreePlan {
  const parts = split(size, projects.map(() => 1));
  const earlier: string[] = [];
  let serial = 0;
  const folders = projects.flatMap((project, index) => {
    const small = planProject(project, (parts[index] ?? 0) - 1, random).map(({ path, files }) => ({
      path,
      files: files.map((file) => {
        serial += 1;
        const linkTo = serial % linkEvery === 0 ? earlier.at(-random.int(1, Math.min(earlier.length, 10_000))) : undefined;
        if (linkTo === undefined) earlier.push(`${path}/${file.name}`);
        return linkTo === undefined ? file : { ...file, linkTo };
      }),
    }));
    return [{ path: project, files: [{ name: 'image.raw', bytes: imageBytes }] }, ...small];
  });
  return { name: 'mixed', title: `${formatCount(size)} files: small ones, 7 of 64 MiB, every ${linkEvery}th a hard link`, folders };
}

/** The last project leaves room for the loose files in the root, so that the whole has the size asked for. */
function withoutLoose(parts: readonly number[], index: number): number {
  return (parts[index] ?? 0) - (index === parts.length - 1 ? looseFiles : 0);
}

/** Sub-folders of about 30 files, twelve of them in a folder of their own. */
function planProject(project: string, files: number, random: Random): PlannedFolder[] {
  const folders: PlannedFolder[] = [];
  for (let left = files; left > 0;) {
    const count = Math.min(left, random.int(20, 40));
    const [set, part] = [Math.floor(folders.length / 12), folders.length % 12];
    folders.push({ path: `${project}/set-${padded(set)}/part-${padded(part)}`, files: planSmall(count, random) });
    left -= count;
  }
  return folders;
}

function planSmall(count: number, random: Random): PlannedFile[] {
  return Array.from({ length: count }, (_, index) => ({ name: `file-${padded(index)}.dat`, bytes: random.int(500, 3500) }));
}

function planLoose(random: Random): PlannedFolder {
  return { path: '', files: planSmall(looseFiles, random) };
}

function padded(value: number): string {
  return value.toString().padStart(4, '0');
}

/** What a tree comes to; `spaceBytes` is what it takes on a file system with blocks of 4 KiB, inodes included. */
export interface TreeTotals {
  readonly files: number;
  readonly bytes: number;
  readonly spaceBytes: number;
}

export function totalsOf(plan: TreePlan): TreeTotals {
  const block = 4096;
  const inode = 1024;
  let files = 0;
  let bytes = 0;
  let spaceBytes = plan.folders.length * 2 * (block + inode);
  for (const folder of plan.folders) {
    for (const file of folder.files) {
      files += 1;
      if (file.linkTo !== undefined) continue;
      bytes += file.bytes;
      spaceBytes += Math.ceil(file.bytes / block) * block + inode;
    }
  }
  return { files, bytes, spaceBytes };
}
