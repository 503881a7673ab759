import type { FirstMirrorPreview } from '../core/app.ts';
import type { Face } from './face.ts';
import { formatCount, formatNumberOf } from './format.ts';
import { line, renderLine, type Line, type Style } from './line.ts';
import type { Reporter } from './reporter.ts';

/** Names shown before the question. */
const SHOWN = 20;

/**
 * Asks whether a first mirror may delete what is at its destination. Only `y` or `yes` is a yes.
 * With `yes` it is answered already; without a terminal it is a no that says how to go on.
 */
export function createMirrorQuestion(
  face: Pick<Face, 'ask' | 'errors'>, reporter: Reporter, style: Style, yes: boolean, stop: AbortSignal,
): (preview: FirstMirrorPreview) => Promise<boolean> {
  const put = (lines: readonly Line[]): void => face.errors.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
  return async (preview) => {
    if (yes) return true;
    reporter.suspend();
    try {
      put(previewLines(preview));
      if (!face.ask) {
        put([
          line('Not at a terminal, so nobody can be asked.', 'warning'),
          line('  Run again with --yes if they should go; or leave out --delete to keep them.'),
        ]);
        return false;
      }
      const question = renderLine(style, line('Delete them and mirror the source? [y/N]', 'strong'));
      const answer = await face.ask(`${question} `, stop);
      return /^\s*y(?:es)?\s*$/iu.test(answer ?? '');
    } finally {
      reporter.resume();
    }
  };
}

function previewLines(preview: FirstMirrorPreview): Line[] {
  const shown = preview.names.toSorted().slice(0, SHOWN);
  const hidden = preview.entries - shown.length;
  return [
    line(`This is the first mirror into ${preview.destination}, and it is not empty.`, 'warning'),
    line(`${formatNumberOf(preview.entries, 'entry', 'entries')} there would be deleted, as the source has none of them:`),
    ...shown.map((name) => line(`  ${name}`)),
    ...(hidden > 0 ? [line(`  and ${formatCount(hidden)} more (all with --dry-run)`)] : []),
  ];
}
