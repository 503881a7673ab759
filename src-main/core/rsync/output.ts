import type { ByteName } from '../../../src-shared/byte-name.ts';
import type { Change, RsyncStats } from '../../../src-shared/rsync-result.ts';
import { displayLine } from './byte-name.ts';
import { createLineSplitter } from './lines.ts';

/** What marks an itemised line: no message of rsync's starts so, and a name cannot start a line (rsync escapes CR and LF). */
const itemMark = '@@ ';

/**
 * The `--out-format` this reader understands (rsyncd.conf(5), "log format"): the name comes last, since it may
 * hold anything, and without `%L`, since " -> " may be part of a name. `%l` is 0 for a deleted name.
 */
export const outFormat = `${itemMark}%i %l %n`;

/** `%i` is eleven characters wide, also for a deletion (rsync(1), --itemize-changes). */
const item = /^@@ (?<code>.{11}) (?<bytes>\d+) (?<name>.+)$/su;
/** Padded with spaces to the same width, which is of no use to anyone. */
const deletion = /^@@ \*deleting +(?<bytes>\d+) (?<name>.+)$/su;
const progress = /^ +(?<bytes>\d[\d.,']*[KMGTP]?) +\d{1,3}% +\S+\/s .*?(?:\(xfr#(?<files>\d+), (?<scan>ir|to)-chk=(?<left>\d+)\/\d+\))?$/u;
/** What rsync says of files with several names where it was asked to (see `tellLinksFlag`), and of nothing else. */
const linkLine = /^(?:\[[A-Za-z]+\] (?:created hashtable for dev|dev:inode for|#\d+ hard-links) |hlink for \d)/u;
const ioErrorLine = /^IO error encountered -- skipping file deletion/u;
/** Said of folders that stay because something in them does (what matters of it is said on stderr), and of new ones. */
const unimportant = /^(?:cannot delete non-empty directory: |created director|created \d+ director)/u;

/** Most messages kept. */
const mostMessages = 20;

/** How far a call has come (rsync(1), --info=progress2). */
export interface CallProgress {
  /** Bytes of the files transferred so far. */
  readonly bytes: number;
  /** Regular files transferred so far; null in the middle of one. */
  readonly files: number | null;
  /** Entries still to be looked at; null while rsync does not know all of them. */
  readonly left: number | null;
}

export interface OutputListeners {
  /** Called for each changed name. Leave out where the call has no `--out-format`. */
  readonly onChange?: (change: Change) => void;
  /** Called for each line of progress, asked for by `--info=progress2` or by a signal. */
  readonly onProgress?: (progress: CallProgress) => void;
}

export interface OutputSummary {
  /** Null when rsync ended before it printed them. */
  readonly stats: RsyncStats | null;
  /** rsync said that it skips deletions because something could not be read. It says so on stdout. */
  readonly deletionStopped: boolean;
  /** rsync has told of files with several names. */
  readonly hasLinks: boolean;
  /** Other lines, for people, such as `skipping non-regular file "x"`: at most 20, the first ones. */
  readonly messages: readonly string[];
}

export interface OutputReader {
  push(chunk: Buffer): void;
  /** After the last chunk. */
  end(): OutputSummary;
}

/** Reads rsync's stdout as it comes, in any pieces: itemised changes, progress, and the block of `--stats`. */
export function createOutputReader(listeners: OutputListeners = {}): OutputReader {
  const counts = new Map<string, number>();
  const messages: string[] = [];
  let deletionStopped = false;
  let hasLinks = false;
  /** The line before was kept as a message. */
  let isMessage = false;

  function readLine(line: string): void {
    const followsMessage = isMessage;
    isMessage = false;
    if (line.startsWith(itemMark)) {
      const change = readItem(line);
      if (change) listeners.onChange?.(change);
      return;
    }
    const moved = progress.exec(line)?.groups;
    if (moved) {
      // Asked by a signal, rsync tells the name of the file in a line before.
      if (followsMessage) messages.pop();
      const { bytes = '0', files, scan, left } = moved;
      listeners.onProgress?.({ bytes: readNumber(bytes), files: files === undefined ? null : Number(files), left: scan === 'to' ? Number(left) : null });
      return;
    }
    if (linkLine.test(line)) {
      hasLinks = true;
      return;
    }
    if (readStatsLine(line, counts)) return;
    // Once the counts are here, only the rest of that block and the two lines of totals follow.
    if (counts.size > 0 || unimportant.test(line)) return;
    if (ioErrorLine.test(line)) deletionStopped = true;
    isMessage = messages.length < mostMessages;
    if (isMessage) messages.push(displayLine(line));
  }

  const splitter = createLineSplitter(readLine);
  return {
    push: (chunk) => splitter.push(chunk),
    end() {
      splitter.end();
      return { stats: statsFrom(counts), deletionStopped, hasLinks, messages };
    },
  };
}

function readItem(line: string): Change | null {
  const deleted = deletion.exec(line)?.groups;
  const groups = deleted ?? item.exec(line)?.groups;
  if (!groups) return null;
  const printed = unescapeName(groups['name'] ?? '');
  const isFolder = printed.endsWith('/');
  const name = (printed === './' ? '' : isFolder ? printed.slice(0, -1) : printed) as ByteName;
  return { code: deleted ? '*deleting' : groups['code'] ?? '', name, isFolder, bytes: Number(groups['bytes']) };
}

/**
 * The name behind rsync's escapes: it prints bytes it will not show as `\#ooo`, and the backslash of a name that
 * itself looks like an escape as `\#134` (rsync(1), --8-bit-output).
 */
export function unescapeName(printed: string): string {
  return printed.replace(/\\#([0-3][0-7]{2})/gu, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

const labels: Readonly<Record<string, keyof RsyncStats>> = {
  'Number of files': 'entries',
  'Number of created files': 'created',
  'Number of deleted files': 'deleted',
  'Number of regular files transferred': 'filesTransferred',
  'Total file size': 'totalBytes',
  'Total transferred file size': 'transferredBytes',
  'Literal data': 'literalBytes',
};

function readStatsLine(line: string, counts: Map<string, number>): boolean {
  const colon = line.indexOf(': ');
  const field = colon < 0 ? undefined : labels[line.slice(0, colon)];
  const value = line.slice(colon + 2);
  if (field === undefined || !/^\d/u.test(value)) return false;
  counts.set(field, readNumber(value));
  // "Number of created files: 5 (reg: 2, dir: 2, link: 1)"
  if (field === 'created' || field === 'entries') {
    counts.set(field === 'created' ? 'createdFiles' : 'files', readNumber(/\(reg: (\d[\d.,']*[KMGTP]?)/u.exec(value)?.[1] ?? '0'));
  }
  return true;
}

function statsFrom(counts: ReadonlyMap<string, number>): RsyncStats | null {
  if (!counts.has('entries')) return null;
  const get = (field: keyof RsyncStats): number => counts.get(field) ?? 0;
  return {
    entries: get('entries'), files: get('files'), created: get('created'), createdFiles: get('createdFiles'), deleted: get('deleted'),
    filesTransferred: get('filesTransferred'), totalBytes: get('totalBytes'),
    transferredBytes: get('transferredBytes'), literalBytes: get('literalBytes'),
  };
}

/** `300038`, and what rsync prints where `--no-h` was not asked for: `300,038`, `300.038` (by locale), `300.04K`. */
function readNumber(text: string): number {
  const parts = /^(?<digits>[\d.,']+)(?<unit>[KMGTP])?/u.exec(text)?.groups;
  const digits = parts?.['digits'] ?? '0';
  const unit = parts?.['unit'];
  if (unit === undefined) return Number(digits.replace(/\D/gu, ''));
  return Math.round(Number(digits.replace(/,/gu, '.')) * 1000 ** ('KMGTP'.indexOf(unit) + 1));
}
