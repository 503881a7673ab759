import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Gives a folder the time of another by touch(1): Node's utimes takes a double, which cannot tell nanoseconds of our days.
 * Both are absolute. Where it cannot, nothing is said: a comparison follows.
 */
export async function copyTime(source: string, destination: string): Promise<void> {
  await promisify(execFile)('touch', ['-c', '-m', '-r', source, destination], { timeout: 5000 }).catch(() => undefined);
}
