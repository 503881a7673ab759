import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { AppError, toAppError } from '../../src-shared/errors.ts';

const shortestToken = 16;

/**
 * Reads the token that a collector of metrics must show. Throws `AppError` permission where the file cannot be read or anybody
 * else may, invalid-input for a token that could be guessed.
 */
export async function readMetricsToken(file: string): Promise<string> {
  let token: string;
  try {
    token = (await readFile(file, 'utf8')).trim();
    if (((await stat(file)).mode & 0o007) !== 0) {
      throw new AppError({ kind: 'permission', message: `Every user of this machine may use ${file}: it is no place for a token.`, hint: `chmod o= ${file}` });
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError({ kind: 'permission', message: `The token in ${file} cannot be read: ${toAppError(thrown).message}`, hint: 'Check the path and who may read it.' });
  }
  if (token.length >= shortestToken && !/\s/u.test(token)) return token;
  throw new AppError({
    kind: 'invalid-input', message: `The token in ${file} is shorter than ${shortestToken} characters, or has spaces in it.`,
    hint: `openssl rand -hex 32 > ${file}`,
  });
}

/** Tells whether a secret is `token`. Compares in constant time. */
export function tokenCheck(token: string): (secret: string) => boolean {
  // Digests are all of one length: comparing them tells nothing by the time it takes.
  const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
  const digest = digestOf(token);
  return (secret) => timingSafeEqual(digestOf(secret), digest);
}
