/** How a line is meant; the colour follows from it, and a word always says the same. */
export type Tone = 'plain' | 'strong' | 'good' | 'warning' | 'problem' | 'quiet';

/** Colours a text that is printable already. */
export type Paint = (tone: Tone, text: string) => string;

const codes: Record<Exclude<Tone, 'plain'>, readonly [string, string]> = {
  strong: ['1', '22'], good: ['32', '39'], warning: ['33', '39'], problem: ['31', '39'], quiet: ['2', '22'],
};

/** ANSI colours (ECMA-48 SGR), or none at all. */
export function createPaint(colours: boolean): Paint {
  return (tone, text) => {
    if (!colours || tone === 'plain' || text === '') return text;
    const [on, off] = codes[tone];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Colours are wanted: a terminal that knows them, and NO_COLOR (no-color.org) is not set. */
export function wantsColours(env: Environment, isTerminal: boolean): boolean {
  return isTerminal && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === '';
}

/** The locale says that text is UTF-8 (locale(7): LC_ALL before LC_CTYPE before LANG). */
export function isUtf8Locale(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return /utf-?8/iu.test(locale ?? '');
}

const plainForms: Readonly<Record<string, string>> = {
  '\u202f': ' ', '·': '-', '…': '~', '█': '#', '░': '.', '─': '-', '→': '>', '×': 'x',
};

/** The few signs of our own in ASCII, one cell each; names stay as they are. */
export function plainCharacters(text: string): string {
  return text.replace(/[\u202f·…█░─→×]/gu, (sign) => plainForms[sign] ?? sign);
}
