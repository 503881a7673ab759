import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { display } from '../../core/rsync/byte-name.ts';
import { exitCodes } from '../exit-code.ts';
import type { Face } from '../face.ts';
import { formatBytes, formatCount, formatDuration, formatNumberOf } from '../format.ts';
import { renderPlain, textLines, type Style } from '../line.ts';
import type { Tone } from '../paint.ts';
import { shellWords } from '../../core/rsync/shell-words.ts';
import { styleFor } from '../style.ts';
import { tableLines } from '../table.ts';
import { wrapWords } from '../text.ts';
import { differingNames, readManifest, type Manifest } from './manifest.ts';
import { oneRsyncCommand, timeCommand } from './one-rsync.ts';
import { timePool, type PoolRun } from './pool-run.ts';
import { makeSampleTree, projects } from '../../core/sample/sample-tree.ts';
import { makeWorkFolder } from './work-folder.ts';

/** Both ways run in each round; the order turns, so that neither gains from what the other left behind. */
const rounds = [['one rsync', 'pool'], ['pool', 'one rsync']] as const;

type Way = (typeof rounds)[number][number];
type Times = Record<Way, number[]>;
type Say = (text: string, tone?: Tone) => void;

/**
 * `daybreak demo`: the old way and the pool on the same tree, compared and measured. `share` of the usual size.
 * Throws `AppError` where it cannot.
 */
export async function runDemo(face: Face, options: { readonly keep?: boolean; readonly share?: number }): Promise<number> {
  const style = styleFor(face, face.output);
  const say: Say = (text, tone) => {
    const columns = face.output.size()?.columns ?? Infinity;
    const lines = textLines(text, tone).flatMap((each) => wrapWords(renderPlain(style, each.text), columns));
    face.output.write(lines.map((each) => `${style.paint(tone ?? 'plain', each)}\n`).join(''));
  };
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) return;
    say('Cancelling and clearing up', 'warning');
    stop.abort(new AppError({ kind: 'cancelled', message: 'The demo was cancelled' }));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) face.signals.on(signal, onSignal);
  try {
    say('The same backup, made by one rsync and by a pool of rsync processes', 'strong');
    const folder = makeWorkFolder(face);
    try {
      await compare({ face, style, say, folder: folder.path, stop: stop.signal }, options.share ?? 1);
    } finally {
      if (options.keep === true) {
        folder.keep();
        say(`Kept: ${folder.path}`);
      } else {
        await folder.remove();
        say(`Removed: ${folder.path}`, 'quiet');
      }
    }
    say(`\nNext: ${face.callName} backup SRC DEST    your own folders (add -n to look first)`);
    say(`      ${face.callName} doctor             is everything here that backups need?`);
    return exitCodes.ok;
  } finally {
    for (const signal of signals) face.signals.off(signal, onSignal);
  }
}

interface Demo {
  readonly face: Face;
  readonly style: Style;
  readonly say: Say;
  readonly folder: string;
  readonly stop: AbortSignal;
}

async function compare({ face, style, say, folder, stop }: Demo, share: number): Promise<void> {
  const source = join(folder, 'production');
  const madeAt = performance.now();
  await makeSampleTree(source, stop, share);
  say(`Made a sample tree with the projects ${projects.join(', ')} in ${since(madeAt)}: ${source}`);
  const readAt = performance.now();
  const original = await readManifest(source, stop);
  const size = `${formatNumberOf(original.facts.size, 'entry', 'entries')}, ${formatBytes(original.bytes)}`;
  say(`Read all of it once, so that both ways start with the files in memory: ${size} in ${since(readAt)}`);

  const times: Times = { 'one rsync': [], pool: [] };
  let best: PoolRun | null = null;
  for (const [index, order] of rounds.entries()) {
    for (const way of order) {
      // A new folder each time: removing the last copy would still keep the disk busy during the next run.
      const destination = copyFolder(folder, way, index);
      mkdirSync(destination);
      await settle(stop);
      const command = way === 'pool' ? ['daybreak', 'backup', source, destination] : oneRsyncCommand(source, destination);
      if (index === 0) say(`$ ${shellWords(command)}`, 'quiet');
      const run = way === 'pool' ? await timePool(face, style, { source, destination, data: join(folder, 'data') }, stop) : null;
      const took = run?.durationMs ?? await timeCommand(command, stop);
      if (run && run.durationMs < (best?.durationMs ?? Infinity)) best = run;
      times[way].push(took);
      say(`Round ${index + 1}, ${way}: ${formatDuration(took)}`);
    }
  }
  await checkSame(say, original, folder, stop);
  tell(say, original.facts.size, times, best);
}

function copyFolder(folder: string, way: Way, round: number): string {
  return join(folder, `${way.replace(' ', '-')}-${round + 1}`);
}

/** Compares the source and the copies of the last round. Throws `AppError` internal where they differ. */
async function checkSame(say: Say, original: Manifest, folder: string, stop: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const byOne = await readManifest(copyFolder(folder, 'one rsync', rounds.length - 1), stop);
  const byPool = await readManifest(copyFolder(folder, 'pool', rounds.length - 1), stop);
  const differing = differingNames(byOne, byPool);
  if (differing.length > 0) {
    throw new AppError({
      kind: 'internal',
      message: `The two copies differ in ${formatNumberOf(differing.length, 'name')}`,
      hint: 'This must not be. Please report it with the names below.',
      detail: differing.slice(0, 10)
        .flatMap((name) => [
          display(name),
          `  one rsync: ${byOne.facts.get(name) ?? 'missing'}`,
          `  pool:      ${byPool.facts.get(name) ?? 'missing'}`,
        ])
        .join('\n'),
    });
  }
  const alsoSource = differingNames(original, byPool).length === 0 ? ', and the same as the source' : '';
  say(`Both copies are the same${alsoSource}: type, mode, owner, size, time to the ns, link target, content and hard links of `
    + `${formatNumberOf(byPool.facts.size, 'name')}, compared in ${since(startedAt)}`, 'good');
}

function tell(say: Say, entries: number, times: Times, best: PoolRun | null): void {
  const fastest = { one: Math.min(...times['one rsync']), pool: Math.min(...times.pool) };
  const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`);
  const rate = (ms: number): string => formatCount(entries / (ms / 1000));
  const rows = [
    ...rounds.map((_, index) => [`round ${index + 1}`, seconds(times['one rsync'][index]), seconds(times.pool[index])]),
    ['faster of both', seconds(fastest.one), seconds(fastest.pool)],
    ['entries per second', rate(fastest.one), rate(fastest.pool)],
  ];
  const columns = [
    { title: '', align: 'left' }, { title: 'one rsync', align: 'right' }, { title: 'Daybreak', align: 'right' },
  ] as const;
  say('');
  for (const text of tableLines(columns, rows, null)) say(text);
  const ratio = fastest.one / fastest.pool;
  const share = `${Math.round((fastest.pool / fastest.one) * 100)} %`;
  say(ratio >= 1.05 ? `Daybreak took ${share} of the time: ${ratio.toFixed(2)} times as fast.`
    : ratio > 0.95 ? 'No difference here worth speaking of.'
      : `Daybreak was slower here: ${ratio.toFixed(2)} times as fast as one rsync.`, ratio >= 1.05 ? 'good' : 'plain');
  if (best) {
    const lanes = formatNumberOf(best.lanes, 'rsync process', 'rsync processes');
    say(`The pool ran ${formatNumberOf(best.units, 'unit')} with up to ${lanes} at once.`);
  }
  say(`What limited it: ${best?.limitedBy ?? 'too short a run to say.'}`);
  const cores = formatNumberOf(availableParallelism(), 'core');
  say(`What would help: files that are in memory cost rsync nothing but CPU time, and this machine has ${cores}. `
    + 'More cores help here; on a network share, where every file waits for the server, more workers help far more. '
    + 'Set DAYBREAK_DEMO_FOLDER to a folder on your share to see it.');
}

function since(startedAt: number): string {
  return formatDuration(performance.now() - startedAt);
}

/** Lets the system write out what earlier steps left behind, so that it burdens none of the timed ones. */
async function settle(stop: AbortSignal): Promise<void> {
  try {
    await timeCommand(['sync'], stop);
  } catch {
    // Without sync(1) the figures are a little rougher, that is all.
    stop.throwIfAborted();
  }
}
