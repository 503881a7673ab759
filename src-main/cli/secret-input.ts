import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { AppError } from '../../src-shared/errors.ts';

/** More than any password, in characters. */
const mostCharacters = 1000;

/**
 * The first line of `input`. On a terminal `prompt` goes to stderr, and what is typed is not shown.
 * Throws `AppError` invalid-input for a longer one, cancelled where it is interrupted.
 */
export async function readSecretLine(input: NodeJS.ReadStream | ReadStream, prompt: string): Promise<string> {
  const text = input.isTTY ? await readHidden(input, prompt) : await readFirstLine(input);
  if (text.length <= mostCharacters) return text;
  throw new AppError({ kind: 'invalid-input', message: 'The password is longer than 1,000 characters.', hint: 'Give the password alone, on one line.' });
}

async function readFirstLine(input: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > mostCharacters + 1) break;
  }
  return text.split('\n', 1)[0]!.replace(/\r$/u, '');
}

async function readHidden(input: NodeJS.ReadableStream, prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const dialogue = createInterface({ input, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      dialogue.once('SIGINT', () => reject(new AppError({ kind: 'cancelled', message: 'Nothing was changed.' })));
      dialogue.once('close', () => resolve(''));
      dialogue.question('').then(resolve, reject);
    });
  } finally {
    dialogue.removeAllListeners('close');
    dialogue.close();
    process.stderr.write('\n');
  }
}
