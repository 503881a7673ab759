import type { ErrorData } from '../../src-shared/errors.ts';
import type { Notice } from '../../src-shared/run.ts';
import { plainCharacters, type Paint, type Tone } from './paint.ts';
import { printable } from './text.ts';

/** A line of text and how it is meant. */
export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

/** A `Line`, in short. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return { tone, text };
}

/** How lines become text on one screen. */
export interface Style {
  readonly paint: Paint;
  /** Locale is UTF-8: signs other than ASCII may be used. */
  readonly utf8: boolean;
}

/** A line ready to be written: harmless, in the signs of the locale, coloured. */
export function renderLine(style: Style, { tone, text }: Line): string {
  return style.paint(tone, renderPlain(style, text));
}

/** Text ready to be written, without colour. */
export function renderPlain(style: Style, text: string): string {
  return printable(style.utf8 ? text : plainCharacters(text));
}

/** A text of several lines, each behind `indent`. */
export function textLines(text: string, tone: Tone = 'plain', indent = ''): Line[] {
  return text.split('\n').map((part) => line(indent + part.trimEnd(), tone));
}

const noticeWords = { info: 'note', warning: 'warning', problem: 'problem' } as const;

/** A notice with its next step. */
export function noticeLines(notice: Notice): Line[] {
  const tone: Tone = notice.level === 'info' ? 'plain' : notice.level;
  return [
    ...textLines(`${noticeWords[notice.level]}: ${notice.message}`, tone),
    ...(notice.hint === undefined ? [] : textLines(notice.hint, 'plain', '  ')),
  ];
}

/** An error with its next step; `detail` holds what rsync said last. */
export function errorLines(error: ErrorData): Line[] {
  return [
    ...textLines(`daybreak: ${error.message}`, 'problem'),
    ...(error.hint === undefined ? [] : textLines(error.hint, 'plain', '  ')),
    ...(error.detail === undefined || error.detail === '' ? [] : textLines(error.detail, 'quiet', '  | ')),
  ];
}
