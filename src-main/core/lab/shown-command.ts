import type { RsyncCall } from '../../../src-shared/worker-protocol.ts';
import { shellWords } from '../rsync/shell-words.ts';
import type { Task } from '../run/pool.ts';

/** Lines that a person may still read, and that fit into a kept result. */
const mostLines = 40;
const mostCharacters = 3000;

/** A call as a line for a shell. Names that it reads from a list are counted. */
export function callLines({ program, argv, input }: RsyncCall): string[] {
  const line = shellWords([program, ...argv]);
  return [input === null ? line : `${line}   # ${input.length} names on standard input`];
}

/** All that a worker does for a unit. */
export function messageLine({ fill, compare, call }: ReturnType<Task['message']>): string {
  const [rsync = ''] = callLines(call);
  // Both sides are compared before rsync is called for what differs.
  if (fill) return `${rsync}   # after cp, many at once, for ${fill.names.length} names; then only what still differs`;
  return compare?.fills === true ? `${rsync}   # only what still differs after the worker has copied ${compare.names.length} names itself` : rsync;
}

/** The first of many lines, and how many follow; long ones are cut. */
export function shortened(lines: readonly string[]): string[] {
  const shown = lines.slice(0, mostLines).map((line) => (line.length > mostCharacters ? `${line.slice(0, mostCharacters)} ...` : line));
  return lines.length > mostLines ? [...shown, `# and ${lines.length - mostLines} more`] : shown;
}
