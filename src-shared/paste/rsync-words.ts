import type { FurtherOption, JobOptions } from '../job.ts';
import type { Pasted, Remark } from './pasted.ts';

/** What one option of rsync means to a job. `value`: it takes a value. */
interface Meaning {
  readonly value?: boolean;
  readonly read: (job: Reading, value: string) => void;
}

interface Reading {
  readonly options: { -readonly [Key in keyof JobOptions]?: JobOptions[Key] };
  readonly kept: string[];
  readonly changed: Remark[];
  readonly dropped: Remark[];
}

const always = (what: string): Meaning => ({ read: ({ kept }) => kept.push(what) });
const drop = (text: string, why: string, value = false): Meaning => ({ value, read: ({ dropped }, given) => dropped.push({ text: value ? `${text} ${given}` : text, why }) });
const further = (option: FurtherOption, what: string): Meaning => ({
  read: ({ options, kept }) => {
    options.further = [...new Set([...(options.further ?? []), option])];
    kept.push(what);
  },
});
const shown = 'Daybreak shows progress and keeps a log by itself';
const dangerous = 'it runs a program or writes elsewhere, which a job may not';
const mirror: Meaning = {
  read: ({ options, kept, changed }, value) => {
    if (options.mirror === true) return;
    options.mirror = true;
    kept.push('delete at the destination what is gone from the source');
    changed.push({ text: value === '' ? '--delete' : value, why: 'deletions come after everything is copied, and too many at once wait for approval' });
  },
};

const long: Readonly<Record<string, Meaning>> = {
  archive: always('links, modes, times, owners and groups'), recursive: always('all folders below'), 'hard-links': always('hard links'),
  compress: { read: ({ options, kept }) => { options.compress = true; kept.push('compression (slower on mounted shares)'); } },
  checksum: { read: ({ options, kept }) => { options.checksum = true; kept.push('compare files by content'); } },
  backup: { read: ({ options, kept }) => { options.backup = true; kept.push('keep replaced files'); } },
  'backup-dir': { value: true, read: (job, value) => keepIn(job, value) },
  exclude: { value: true, read: ({ options, kept }, value) => { options.excludes = [...(options.excludes ?? []), value]; kept.push(`leave out ${value}`); } },
  bwlimit: { value: true, read: (job, value) => limit(job, value) },
  'max-delete': { value: true, read: (job, value) => brake(job, value) },
  acls: further('acls', 'ACLs'), xattrs: further('xattrs', 'extended attributes'), sparse: further('sparse', 'holes in files'),
  'numeric-ids': further('numeric-ids', 'numbers of users and groups'), fsync: further('fsync', 'write through to the disk'),
  delete: mirror, del: mirror, 'delete-before': mirror, 'delete-during': mirror, 'delete-delay': mirror, 'delete-after': mirror,
  verbose: drop('--verbose', shown), quiet: drop('--quiet', shown), progress: drop('--progress', shown), stats: drop('--stats', shown),
  'human-readable': drop('--human-readable', shown), 'itemize-changes': drop('--itemize-changes', shown), partial: drop('--partial', 'interrupted files are dealt with'),
  inplace: drop('--inplace', 'on files that are there it writes through hard links; Daybreak uses it where it is safe'),
  'whole-file': drop('--whole-file', 'rsync does so on local folders anyway'), 'dry-run': drop('--dry-run', 'every job offers "What would change"'),
  'ignore-errors': drop('--ignore-errors', 'deletions after read errors lose files'), 'delete-excluded': drop('--delete-excluded', 'excluded files are left alone at the destination'),
  rsh: drop('--rsh', dangerous, true), 'rsync-path': drop('--rsync-path', dangerous, true), 'log-file': drop('--log-file', shown, true), 'temp-dir': drop('--temp-dir', dangerous, true),
  'exclude-from': drop('--exclude-from', 'copy the patterns of that file into "Leave out"', true), include: drop('--include', 'not supported: look at what is left out', true),
  filter: drop('--filter', 'not supported: look at what is left out', true), 'files-from': drop('--files-from', 'a job copies a whole folder', true),
  'password-file': drop('--password-file', dangerous, true), timeout: drop('--timeout', 'Daybreak has one of its own', true), 'link-dest': drop('--link-dest', 'dated copies come later', true),
};

const short: Readonly<Record<string, string>> = {
  a: 'archive', r: 'recursive', H: 'hard-links', z: 'compress', c: 'checksum', b: 'backup', A: 'acls', X: 'xattrs', S: 'sparse', v: 'verbose', q: 'quiet', P: 'progress',
  h: 'human-readable', i: 'itemize-changes', W: 'whole-file', n: 'dry-run', e: 'rsh', f: 'filter', T: 'temp-dir',
};
/** Parts of -a, which is always on. */
const inArchive = new Set(['l', 'p', 't', 'g', 'o', 'D', 'd', 'links', 'perms', 'times', 'group', 'owner', 'devices', 'specials']);

/** An rsync call, word by word after the program's name, as a job. */
export function readRsyncWords(words: readonly string[]): Pasted {
  const reading: Reading = { options: {}, kept: [], changed: [], dropped: [] };
  const paths: string[] = [];
  let isPlain = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (isPlain || !word.startsWith('-') || word === '-') paths.push(word);
    else if (word === '--') isPlain = true;
    else if (word.startsWith('--')) {
      const [name = '', ...rest] = word.slice(2).split('=');
      const meaning = Object.hasOwn(long, name) ? long[name] : undefined;
      const value = rest.length > 0 ? rest.join('=') : meaning?.value === true ? words[++index] ?? '' : '';
      if (meaning) meaning.read(reading, meaning === mirror ? word : value);
      else if (!inArchive.has(name)) reading.dropped.push({ text: word, why: 'Daybreak does not know this option' });
    } else index += readShort(word.slice(1), words[index + 1] ?? '', reading);
  }
  return toJob(paths, reading, words.some((word) => /^-[a-zA-Z]*a|^--archive$/u.test(word)));
}

/** `-zavh`; answers how many further words it took. */
function readShort(letters: string, next: string, reading: Reading): number {
  for (let place = 0; place < letters.length; place++) {
    const letter = letters[place] ?? '';
    const name = short[letter];
    const meaning = name === undefined ? undefined : long[name];
    if (meaning?.value === true) {
      const own = letters.slice(place + 1);
      meaning.read(reading, own === '' ? next : own);
      return own === '' ? 1 : 0;
    }
    if (meaning) meaning.read(reading, '');
    else if (!inArchive.has(letter)) reading.dropped.push({ text: `-${letter}`, why: 'Daybreak does not know this option' });
  }
  return 0;
}

function toJob(paths: readonly string[], { options, kept, changed, dropped }: Reading, isArchive: boolean): Pasted {
  const [from, to, ...more] = [...paths.slice(0, 1), ...paths.slice(-1), ...paths.slice(1, -1)];
  if (from === undefined || to === undefined || paths.length < 2) return { kind: 'nothing', why: 'There is an rsync in it, but not both a source and a destination.' };
  for (const path of [from, to]) {
    if (/^rsync:\/\//iu.test(path) || /^[^/]*:/u.test(path)) return { kind: 'nothing', why: `${path} is on another machine. Daybreak reaches folders and mounted shares so far: mount it, then paste again.` };
    if (path.includes('$')) return { kind: 'nothing', why: `${path} holds a variable that only the script knows. Put the path in its place.` };
    if (!path.startsWith('/')) return { kind: 'nothing', why: `${path} is relative to a folder that only the script knows. Put the whole path in its place.` };
  }
  for (const path of more) dropped.push({ text: path, why: 'a job has one source: make another job for it' });
  const source = tidy(from);
  const top = source.slice(source.lastIndexOf('/') + 1);
  const isWithin = from.endsWith('/') || top === '';
  const destination = isWithin ? tidy(to) : tidy(`${to}/${top}`);
  if (!isWithin) changed.push({ text: from, why: `without a slash at its end rsync makes a folder ${top} at the destination, so that is the destination here` });
  if (!isArchive) changed.push({ text: 'no -a', why: 'links, modes, times and owners are kept as well' });
  if (!kept.includes('hard links')) changed.push({ text: 'no -H', why: 'hard links are kept as well' });
  return { kind: 'found', source, destination, name: top === '' ? 'Everything' : top, options, kept: [...new Set(kept)], changed, dropped };
}

function tidy(path: string): string {
  return `/${path.split('/').filter((part) => part !== '' && part !== '.').join('/')}`;
}

function keepIn({ options, kept, dropped }: Reading, value: string): void {
  options.backup = true;
  if (value.startsWith('/')) {
    options.backupDir = tidy(value);
    kept.push(`keep replaced files in ${value}`);
  } else dropped.push({ text: `--backup-dir ${value}`, why: 'give the whole path of that folder' });
}

/** rsync(1) --bwlimit: KiB/s, or with a suffix; KB and MB are of 1000. */
function limit({ options, kept, dropped }: Reading, value: string): void {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)(i?B)?$/iu.exec(value);
  const base = match?.[3]?.toUpperCase() === 'B' ? 1000 : 1024;
  const power = 'BKMG'.indexOf((match?.[2] === '' ? 'K' : match?.[2] ?? 'K').toUpperCase());
  const bytes = Math.round(Number(match?.[1] ?? 0) * base ** power);
  if (bytes > 0 && Number.isSafeInteger(bytes)) {
    options.bandwidthLimit = bytes;
    kept.push(`at most ${value} (--bwlimit)`);
  } else if (value !== '0') dropped.push({ text: `--bwlimit ${value}`, why: 'this is no speed' });
}

function brake({ options, kept, dropped }: Reading, value: string): void {
  if (/^\d{1,15}$/u.test(value)) {
    options.deleteLimit = { kind: 'count', limit: Number(value) };
    kept.push(`no more than ${value} deletions`);
  } else dropped.push({ text: `--max-delete ${value}`, why: 'this is no number' });
}
