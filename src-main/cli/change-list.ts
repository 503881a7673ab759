import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { RunEventData } from '../../src-shared/run-event.ts';

type Change = Extract<RunEventData, { type: 'change' }>;
export type ChangeAction = Change['action'];

/** Lines kept in memory; more go to a file, as a dry run may name every file there is. */
const KEPT_LINES = 100_000;

/** The changes of a dry run: deletions first, then the rest in the order it came. */
export interface ChangeList {
  add(change: Change): void;
  readonly counts: Readonly<Record<ChangeAction, number>>;
  /** Bytes of what would be deleted. */
  readonly deletedBytes: number;
  /** Hands over all lines, and forgets them. */
  flush(write: (line: string) => void): void;
}

/** An empty list. `keep`: how many lines of each part stay in memory. */
export function createChangeList(keep = KEPT_LINES): ChangeList {
  const counts: Record<ChangeAction, number> = { delete: 0, create: 0, update: 0, attributes: 0 };
  const deletions = createLineStore(keep);
  const others = createLineStore(keep);
  let deletedBytes = 0;
  return {
    add: ({ action, name, bytes }) => {
      counts[action] += 1;
      if (action === 'delete') deletedBytes += bytes;
      (action === 'delete' ? deletions : others).add(`${action} ${name === '' ? '.' : name}`);
    },
    counts,
    get deletedBytes() {
      return deletedBytes;
    },
    flush: (write) => {
      deletions.drain(write);
      others.drain(write);
    },
  };
}

interface LineStore {
  add(line: string): void;
  drain(write: (line: string) => void): void;
}

function createLineStore(keep: number): LineStore {
  let lines: string[] = [];
  let spill: number | null = null;
  return {
    add: (line) => {
      lines.push(line);
      if (lines.length < keep) return;
      spill ??= openSpill();
      writeSync(spill, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
      lines = [];
    },
    drain: (write) => {
      if (spill !== null) {
        readLines(spill, (text) => write(JSON.parse(text) as string));
        closeSync(spill);
        spill = null;
      }
      for (const line of lines) write(line);
      lines = [];
    },
  };
}

/** A file without a name: gone with this process, however it ends. */
function openSpill(): number {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-dry-run-'));
  const file = openSync(join(folder, 'changes'), 'wx+', 0o600);
  rmSync(folder, { recursive: true, force: true });
  return file;
}

function readLines(file: number, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(64 * 1024);
  let rest = '';
  for (let position = 0, read = 1; read > 0; position += read) {
    read = readSync(file, buffer, 0, buffer.length, position);
    const lines = (rest + decoder.write(buffer.subarray(0, read))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
}
