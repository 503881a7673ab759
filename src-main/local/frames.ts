import type { Socket } from 'node:net';

const newline = 0x0a;

/**
 * Hands over what `socket` receives, one line of text after the other. A line of more than `mostBytes` ends the
 * connection, and so does one that `take` answers false to.
 */
export function readFrames(socket: Socket, mostBytes: number, take: (frame: string) => boolean): void {
  let parts: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk: Buffer) => {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(newline, from);
      const part = chunk.subarray(from, end < 0 ? undefined : end);
      parts.push(part);
      size += part.length;
      if (size > mostBytes) return void socket.destroy();
      if (end < 0) return;
      const frame = Buffer.concat(parts).toString('utf8');
      [parts, size, from] = [[], 0, end + 1];
      if (!take(frame)) return void socket.destroy();
    }
  });
}

/** A message as a line: JSON text holds no newline of its own. */
export function asFrame(message: string | Uint8Array): string {
  return `${typeof message === 'string' ? message : Buffer.from(message).toString('utf8')}\n`;
}
