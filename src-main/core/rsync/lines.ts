/** Longest line kept. A path has at most 4096 bytes (PATH_MAX), four characters each when all of it is escaped. */
const longestLine = 64 * 1024;

/** Takes a stream in pieces. */
export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands on what follows the last line end. */
  end(): void;
}

/**
 * Calls `onLine` with each line of a stream, one char per byte, without its end. CR ends a line as LF does: rsync
 * redraws its progress with CR, and escapes both in names. Empty lines are left out. A line that never ends is
 * dropped, so that memory stays bounded whatever a remote shell may print.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  let dropping = false;

  function take(line: string): void {
    if (dropping) dropping = false;
    else if (line !== '' && line.length <= longestLine) onLine(line);
  }

  return {
    push(chunk) {
      const parts = (rest + chunk.toString('latin1')).split(/[\r\n]/u);
      rest = parts.pop() ?? '';
      for (const part of parts) take(part);
      if (rest.length > longestLine) {
        rest = '';
        dropping = true;
      }
    },
    end() {
      take(rest);
      rest = '';
    },
  };
}
