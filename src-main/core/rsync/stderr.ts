import { displayLine } from './byte-name.ts';
import { createLineSplitter } from './lines.ts';

/** Last lines kept for people. */
const lastLinesKept = 20;
/** Names kept; more are only counted. */
const mostNames = 1000;

/** What rsync said on stderr. */
export interface ErrorSummary {
  /** From "Deletions stopped due to --max-delete limit (N skipped)". */
  readonly deletionsSkipped: number;
  /** Names where a folder stands in the way of something else. */
  readonly couldNotMakeWay: number;
  /** Distinct names rsync could not read, write or give their attributes, as it printed them. */
  readonly failedNames: readonly string[];
  /** Why, in the same order: the errno text, or what rsync says instead. */
  readonly failedReasons: readonly string[];
  readonly failedCount: number;
  /** The errno text that explains the end best, see `severity`. */
  readonly errno: string | null;
  /** A folder of the source could not be listed, or the medium failed: what seems gone may still be there. */
  readonly listingFailed: boolean;
  /** A file could not be opened. rsync counts this as an I/O error as well; nothing is missing from its lists though. */
  readonly fileUnreadable: boolean;
  /** The last lines, and before them the one with the worst errno if it came earlier. */
  readonly lastLines: readonly string[];
}

export interface ErrorReader {
  push(chunk: Buffer): void;
  end(): ErrorSummary;
}

/** `rsync: [receiver] write failed on "/b/x": No space left on device (28)`; before 3.2 without the role. */
const systemError = /^rsync: (?:\[(?<role>\w+)\] )?(?<what>.*): (?<errno>[^:]+) \(\d+\)$/su;
const makeWay = /could not make way for (?:new )?[\w -]+: (?<name>.*)$/su;
const verification = /^ERROR: (?<name>.*) failed verification -- update discarded/su;
const skipped = /^Deletions stopped due to --max-delete limit \((?<count>\d+) skipped\)/u;
const listing = /^(?:opendir|readdir|change_dir|chdir|link_stat|readlink_stat|stat)\b/u;

/** Reads rsync's stderr as it comes, in any pieces. Wants LC_ALL=C.UTF-8 or C: errno texts are compared in English. */
export function createErrorReader(): ErrorReader {
  const names = new Map<string, string>();
  const last: string[] = [];
  let worst = { rank: 0, errno: null as string | null, line: '', at: 0 };
  let lineCount = 0;
  const found = { deletionsSkipped: 0, couldNotMakeWay: 0, failedCount: 0, listingFailed: false, fileUnreadable: false };

  function fail(name: string, reason: string): void {
    if (names.has(name)) return;
    found.failedCount += 1;
    if (names.size < mostNames) names.set(name, reason);
  }

  function readSystemError(line: string, groups: Record<string, string | undefined>): void {
    const { role, what = '' } = groups;
    const errno = plainErrno(groups['errno'] ?? '');
    const rank = severity(errno);
    if (rank > worst.rank) worst = { rank, errno, line, at: lineCount };
    const name = nameIn(what);
    if (name === null) return;
    fail(displayLine(name), errno);
    // A destination folder that cannot be listed is never a reason to delete more.
    if (listing.test(what) || (role === 'sender' && isMediumFailure(errno))) found.listingFailed = true;
    if (what.startsWith('send_files failed to open')) found.fileUnreadable = true;
  }

  function readLine(line: string): void {
    lineCount += 1;
    last.push(displayLine(line));
    if (last.length > lastLinesKept) last.shift();
    const blocked = makeWay.exec(line)?.groups?.['name'];
    if (blocked !== undefined) {
      found.couldNotMakeWay += 1;
      fail(displayLine(blocked), 'a folder that is not empty stands in its place');
      return;
    }
    const damaged = verification.exec(line)?.groups?.['name'];
    if (damaged !== undefined) fail(displayLine(damaged), 'it changed while it was copied');
    const count = skipped.exec(line)?.groups?.['count'];
    if (count !== undefined) found.deletionsSkipped += Number(count);
    const groups = systemError.exec(line)?.groups;
    if (groups) readSystemError(line, groups);
  }

  const splitter = createLineSplitter(readLine);
  return {
    push: (chunk) => splitter.push(chunk),
    end() {
      splitter.end();
      const isKept = worst.errno === null || worst.at > lineCount - lastLinesKept;
      const lastLines = isKept ? last : [displayLine(worst.line), ...last.slice(1)];
      return { ...found, failedNames: [...names.keys()], failedReasons: [...names.values()], errno: worst.errno, lastLines };
    },
  };
}

/**
 * The name in an error: the first one in quotes (rsync quotes full names), or the one before `" -> "` and `" => "`
 * where there are two. For a temporary file (`.name.XXXXXX`, rsync(1) --inplace) the name it was for, and so for a link or a special
 * file that was to take the place of another (`.name.NUMBER`, get_tmpname in receiver.c).
 */
function nameIn(what: string): string | null {
  const quoted = /"(?<name>.*?)" [-=]> "/su.exec(what) ?? /"(?<name>.*)"/su.exec(what);
  const name = quoted?.groups?.['name'];
  if (name === undefined) return null;
  if (/^(?:link|symlink|mknod) /u.test(what)) return name.replace(/(^|\/)\.([^/]+)\.\d+$/su, '$1$2');
  return what.startsWith('mkstemp ') ? name.replace(/(^|\/)\.([^/]+)\.[A-Za-z0-9]{6}$/su, '$1$2') : name;
}

/** One text for what systems spell differently. */
function plainErrno(text: string): string {
  switch (text) {
    case 'Disc quota exceeded': return 'Disk quota exceeded';
    case 'Stale NFS file handle': return 'Stale file handle';
    case 'Socket is not connected': return 'Transport endpoint is not connected';
    default: return text;
  }
}

/** Errno texts from the one that says most about a whole run to those that follow from another. */
const ranking: readonly (readonly string[])[] = [
  ['No space left on device', 'Disk quota exceeded'],
  ['Read-only file system'],
  ['Transport endpoint is not connected', 'No such device', 'No such device or address', 'Device not configured', 'Host is down'],
  ['Input/output error', 'Stale file handle', 'Remote I/O error'],
  ['File too large', 'Too many open files', 'Too many open files in system', 'Cannot allocate memory'],
  ['Connection timed out', 'Connection refused', 'Connection reset by peer', 'No route to host', 'Network is unreachable'],
  ['Permission denied', 'Operation not permitted'],
];
/** The consequence of another process having ended. */
const consequence = 'Broken pipe';

function severity(errno: string): number {
  const index = ranking.findIndex((group) => group.includes(errno));
  if (index >= 0) return ranking.length - index + 2;
  return errno === consequence ? 1 : 2;
}

function isMediumFailure(errno: string): boolean {
  return ['Input/output error', 'Stale file handle', 'Remote I/O error', 'Transport endpoint is not connected'].includes(errno);
}
