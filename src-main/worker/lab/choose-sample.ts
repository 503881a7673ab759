import { ROOT, type ByteName } from '../../../src-shared/byte-name.ts';
import type { LabSample, SampleFolder } from '../../../src-shared/lab-protocol.ts';

/** A folder as the walk saw it. */
export interface Seen {
  readonly path: ByteName;
  readonly files: { readonly name: ByteName; readonly bytes: number }[];
  readonly folders: Seen[];
  isRead: boolean;
  /** All that lies directly in it was seen, and may be copied. */
  isWhole: boolean;
}

export interface SampleSize {
  readonly bytes: number;
  readonly entries: number;
}

/** What is taken or left as one: a small folder with all below it, or a file. */
interface Piece extends SampleSize {
  readonly folder: Seen;
  /** Null: the folder as a whole. */
  readonly file: Seen['files'][number] | null;
}

/** A piece is at most this share of a sample, so that a sample has enough of them. */
const shareOfPiece = 1 / 100;
/** In a small sample, small folders still stay whole. */
const fewEntries = 10;
/** A file larger than this share of a sample would be most of it. */
const shareOfFile = 1 / 3;
/** Sizes of which one is so many times another are of another class. */
const classFactor = 4;

/**
 * Chooses a sample of at most `most` from what was seen: all, where that fits; else every so-manieth piece of each class of
 * sizes, in the order of the tree. So small and large files are in it as in the whole, and all top folders.
 */
export function chooseSample(root: Seen, most: SampleSize): LabSample {
  const all = sizeOf(root);
  if (all.isWhole && all.entries <= most.entries && all.bytes <= most.bytes) return sampleOf(root, piecesOf(root, most), true, []);
  const pieces = piecesOf(root, most).filter(({ bytes }) => bytes <= most.bytes * shareOfFile);
  const seen = sum(pieces);
  const share = Math.min(1, most.entries / Math.max(1, seen.entries), most.bytes / Math.max(1, seen.bytes));
  const chosen: Piece[] = [];
  let entries = 0;
  let bytes = 0;
  for (const group of Map.groupBy(pieces, classOf).values()) {
    // Begins in the middle: of a class with few pieces one is taken as well.
    let due = 0.5;
    for (const piece of group) {
      due += share;
      if (due < 1) continue;
      due -= 1;
      if (entries + piece.entries > most.entries || bytes + piece.bytes > most.bytes) continue;
      entries += piece.entries;
      bytes += piece.bytes;
      chosen.push(piece);
    }
  }
  const left = piecesOf(root, most).filter((piece) => piece.bytes > most.bytes * shareOfFile).length;
  const notes = left === 0 ? [] : [`${left === 1 ? 'One file' : `${left} files`} of more than a third of the sample ${left === 1 ? 'is' : 'are'} left out.`];
  return sampleOf(root, chosen, false, notes);
}

function classOf({ bytes, entries }: Piece): number {
  return Math.floor(Math.log(Math.max(1, bytes / entries)) / Math.log(classFactor));
}

/** Size of a folder with all below it, itself included. `isWhole`: nothing of it is unknown. */
function sizeOf(folder: Seen): SampleSize & { isWhole: boolean } {
  const below = folder.folders.map(sizeOf);
  return {
    bytes: folder.files.reduce((total, { bytes }) => total + bytes, 0) + below.reduce((total, { bytes }) => total + bytes, 0),
    entries: 1 + folder.files.length + below.reduce((total, { entries }) => total + entries, 0),
    isWhole: folder.isRead && folder.isWhole && below.every(({ isWhole }) => isWhole),
  };
}

function piecesOf(folder: Seen, most: SampleSize): Piece[] {
  const { isWhole, ...size } = sizeOf(folder);
  const isSmall = size.entries <= Math.max(fewEntries, most.entries * shareOfPiece) && size.bytes <= most.bytes * shareOfPiece;
  if (isWhole && isSmall && folder.path !== ROOT) return [{ ...size, folder, file: null }];
  return [
    ...folder.files.map((file): Piece => ({ folder, file, bytes: file.bytes, entries: 1 })),
    ...folder.folders.flatMap((each) => piecesOf(each, most)),
  ];
}

function sum(pieces: readonly Piece[]): SampleSize {
  return pieces.reduce((total, { bytes, entries }) => ({ bytes: total.bytes + bytes, entries: total.entries + entries }), { bytes: 0, entries: 0 });
}

/** The folders of the chosen pieces, and those above them. */
function sampleOf(root: Seen, chosen: readonly Piece[], isWhole: boolean, notes: string[]): LabSample {
  const folders: SampleFolder[] = [];
  const wholes = new Set(chosen.flatMap(({ folder, file }) => (file === null ? [folder] : [])));
  const files = new Map<Seen, Seen['files']>();
  for (const { folder, file } of chosen) if (file) files.set(folder, [...files.get(folder) ?? [], file]);

  function add(folder: Seen, isInside: boolean): boolean {
    const whole = isInside || isWhole || wholes.has(folder);
    const own: SampleFolder = { path: folder.path, files: [...(whole ? folder.files : files.get(folder) ?? [])], isWhole: whole };
    const at = folders.push(own) - 1;
    const hasBelow = folder.folders.map((each) => add(each, whole)).includes(true);
    if (whole || hasBelow || own.files.length > 0 || folder === root) return true;
    folders.splice(at, 1);
    return false;
  }

  add(root, false);
  return {
    folders, isWhole, notes,
    // The root is no entry of its own.
    entries: folders.length - 1 + folders.reduce((total, each) => total + each.files.length, 0),
    bytes: folders.reduce((total, each) => total + each.files.reduce((bytes, file) => bytes + file.bytes, 0), 0),
  };
}
