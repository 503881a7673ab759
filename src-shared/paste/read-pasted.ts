import type { Pasted } from './pasted.ts';
import { readPythonCall } from './python-script.ts';
import { readRsyncWords } from './rsync-words.ts';
import { shellWords } from './shell-words.ts';

/** More is no command. */
const longest = 100_000;

/**
 * A crontab line, a shell line or a Python script with an rsync in it, as the definition of a job: what was kept, done in
 * another way, and dropped. Never throws, and never runs anything of the text.
 */
export function readPasted(text: string): Pasted {
  if (text.trim() === '') return { kind: 'nothing', why: 'There is nothing to read.' };
  if (text.length > longest) return { kind: 'nothing', why: 'This is too long to be a command. Paste the rsync line, or the script that holds it.' };
  const python = /^\s*(?:import|from|def)\s|subprocess\.|os\.system/mu.test(text) ? readPythonCall(text) : null;
  if (python) {
    const found = readRsyncWords(python.words.slice(1));
    if (found.kind === 'nothing' || !python.perFolder) return found;
    return { ...found, changed: [...found.changed, { text: 'Pool', why: 'Daybreak splits the whole folder by itself, into parts of even size' }] };
  }
  // A comment of a crontab or script is no command.
  const words = shellWords(text.replace(/^\s*#.*$/gmu, ''));
  const start = words.findIndex((word) => word === 'rsync' || word.endsWith('/rsync'));
  if (start < 0) return { kind: 'nothing', why: 'There is no rsync in it.' };
  const rest = words.slice(start + 1);
  const end = rest.findIndex((word) => /^[;|&<>]/u.test(word));
  const found = readRsyncWords(end < 0 ? rest : rest.slice(0, end));
  if (found.kind === 'nothing') return found;
  const before = words.slice(0, start).join(' ');
  const after = end < 0 ? '' : rest.slice(end).join(' ');
  return {
    ...found,
    dropped: [
      ...found.dropped,
      ...(before === '' ? [] : [{ text: before, why: 'what stands before rsync is not part of a job' }]),
      ...(after === '' ? [] : [{ text: after, why: 'what follows the command is not part of a job' }]),
    ],
  };
}
