import type { Lane, Progress } from '../../src-shared/run-event.ts';
import { formatCount, formatDuration } from './format.ts';
import { renderPlain, type Style } from './line.ts';
import type { FrameLine } from './live-area.ts';
import type { Tone } from './paint.ts';
import { progressWords, type ProgressWords } from './progress-words.ts';
import { cellWidth, fitEnd, fitMiddle, padEnd, padStart, printable } from './text.ts';

/** What a frame is drawn from. Times in ms. */
export interface FrameInput {
  readonly progress: Progress;
  /** When `progress` was told, and now, on the run's clock. */
  readonly at: number;
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
}

/** Bar, figures and one line per busy lane, each narrower than `columns`, fewer than `rows`. */
export function frameLines(input: FrameInput, style: Style): FrameLine[] {
  // The last column stays free: a character there makes some terminals wrap.
  const width = Math.max(10, input.columns - 1);
  const sinceMs = Math.min(5000, Math.max(0, input.now - input.at));
  const words = progressWords(input.progress, sinceMs);
  const build = (parts: readonly Part[]): FrameLine => join(style, parts, width);
  const head = [
    build(barParts(input.progress, words, width)),
    build([{ text: figures(words, width - 1), tone: 'plain' }]),
  ];
  const room = Math.max(0, input.rows - head.length - 1);
  const { lanes } = input.progress;
  const shown = lanes.length > room ? lanes.slice(0, Math.max(0, room - 1)) : lanes;
  const laneNow = input.progress.state === 'paused' ? input.at : input.at + sinceMs;
  return [
    ...head,
    ...shown.map((lane) => build(laneParts(lane, laneNow, width))),
    ...(shown.length < lanes.length && room > 0
      ? [build([{ text: ` and ${formatCount(lanes.length - shown.length)} more at work`, tone: 'quiet' }])] : []),
  ];
}

interface Part {
  readonly text: string;
  readonly tone: Tone;
}

function join(style: Style, parts: readonly Part[], width: number): FrameLine {
  let left = width;
  let plain = '';
  let painted = '';
  for (const { text, tone } of parts) {
    const fitted = fitEnd(renderPlain(style, text), left);
    const safe = style.utf8 ? fitted : renderPlain(style, fitted);
    left -= cellWidth(safe);
    plain += safe;
    painted += style.paint(tone, safe);
  }
  return { plain, painted };
}

function barParts(progress: Progress, words: ProgressWords, width: number): Part[] {
  const after = [words.share, words.state, words.left === '' ? words.elapsed : words.left].filter((word) => word !== '');
  // Narrow terminals lose the state word before the time left, and the bar before the percentage.
  while (after.length > 1 && 12 + after.join('  ').length > width) after.splice(after.length > 2 ? 1 : after.length - 1, 1);
  const tail = ` ${after.join('  ')}`;
  const cells = Math.min(40, width - cellWidth(tail) - 1);
  if (cells < 5) return [{ text: tail, tone: 'strong' }];
  const full = Math.floor((progress.fraction ?? 0) * cells);
  return [
    { text: ' ', tone: 'plain' },
    { text: '█'.repeat(full), tone: progress.state === 'paused' || progress.state === 'cancelling' ? 'warning' : 'good' },
    { text: '░'.repeat(cells - full), tone: 'quiet' },
    { text: tail, tone: 'strong' },
  ];
}

/** As many figures as fit, the most wanted first, in their usual order. */
function figures(words: ProgressWords, width: number): string {
  const inOrder = [words.entries, words.bytes, words.byteRate, words.fileRate, words.units, `${words.elapsed} so far`];
  const wanted = [words.entries, words.byteRate, words.fileRate, words.bytes, words.units, `${words.elapsed} so far`];
  const kept = new Set<string>();
  for (const word of wanted) {
    const attempt = [...kept, word].join(' · ');
    if (cellWidth(attempt) <= width) kept.add(word);
  }
  return ` ${inOrder.filter((word) => kept.has(word)).join(' · ')}`;
}

function laneParts(lane: Lane, now: number, width: number): Part[] {
  const elapsed = formatDuration(Math.max(0, now - lane.startedAt));
  const entries = `${formatCount(lane.entries)} entries`;
  const right = width >= 60 ? `${padStart(entries, 18)} ${padStart(elapsed, 12)}` : ` ${padStart(elapsed, 8)}`;
  const room = Math.max(4, width - 5 - cellWidth(right));
  const name = lane.name === '' ? '(root folder)' : lane.name;
  return [
    { text: `${padStart(`${lane.lane + 1}`, 3)}  `, tone: 'quiet' },
    { text: padEnd(fitMiddle(printable(name), room), room), tone: 'plain' },
    { text: right, tone: 'quiet' },
  ];
}
