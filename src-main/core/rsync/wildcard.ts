/** Tells whether the text from `start` to its end matches. */
export type Wildcard = (text: string, start: number) => MatchOutcome;

/**
 * `no` may turn into yes further right in the text. `no-before-slash`: not until a `**` has taken the next slash.
 * `never`: nowhere further right. Telling them apart only saves time: without it, a pattern of many stars takes
 * time that grows with the power of their number.
 */
export type MatchOutcome = 'yes' | 'no' | 'no-before-slash' | 'never';

type Token =
  | { readonly kind: 'byte'; readonly byte: number }
  /** `?` and `[...]`: which bytes match; a slash never does. */
  | { readonly kind: 'one-of'; readonly set: Uint8Array }
  /** `*`, or with `slashes` two and more of them. */
  | { readonly kind: 'any-number'; readonly slashes: boolean }
  /** A backslash at the very end. */
  | { readonly kind: 'nothing' }
  /** A bracket that is not closed, or a class of unknown name. */
  | { readonly kind: 'broken' };

const slash = 0x2f;

/** A pattern with wildcards as rsync reads it (rsync(1), PATTERN MATCHING RULES), over one char per byte. */
export function compileWildcard(pattern: string): Wildcard {
  const tokens = readTokens(pattern);
  return (text, start) => matchFrom(tokens, 0, text, start);
}

function matchFrom(tokens: readonly Token[], firstToken: number, text: string, start: number): MatchOutcome {
  let at = start;
  for (let index = firstToken; index < tokens.length; index++, at++) {
    const token = tokens[index] as Token;
    if (token.kind === 'any-number') return matchAnyNumber(tokens, index, text, at);
    if (at >= text.length || token.kind === 'broken') return 'never';
    const byte = text.charCodeAt(at);
    const fits = token.kind === 'byte' ? byte === token.byte : token.kind === 'one-of' && token.set[byte] === 1;
    if (!fits) return 'no';
  }
  return at === text.length ? 'yes' : 'no';
}

/** `tokens[index]` is the star: tries what follows it at every place that it may reach. */
function matchAnyNumber(tokens: readonly Token[], index: number, text: string, start: number): MatchOutcome {
  const token = tokens[index];
  const slashes = token?.kind === 'any-number' && token.slashes;
  if (index === tokens.length - 1) return slashes || !text.includes('/', start) ? 'yes' : 'no';
  for (let at = start; at < text.length; at++) {
    const outcome = matchFrom(tokens, index + 1, text, at);
    if (outcome === 'no') {
      if (!slashes && text.charCodeAt(at) === slash) return 'no-before-slash';
    } else if (!slashes || outcome !== 'no-before-slash') {
      return outcome;
    }
  }
  return 'never';
}

function readTokens(pattern: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] as string;
    if (character === '*') {
      const end = endOfStars(pattern, at);
      tokens.push({ kind: 'any-number', slashes: end - at > 1 });
      at = end;
    } else if (character === '[') {
      const bracket = readBracket(pattern, at);
      tokens.push(bracket === null ? { kind: 'broken' } : { kind: 'one-of', set: bracket.set });
      at = bracket === null ? pattern.length : bracket.end;
    } else if (character === '?') {
      tokens.push({ kind: 'one-of', set: anyByte });
      at += 1;
    } else if (character === '\\') {
      tokens.push(at + 1 < pattern.length ? { kind: 'byte', byte: pattern.charCodeAt(at + 1) } : { kind: 'nothing' });
      at += 2;
    } else {
      tokens.push({ kind: 'byte', byte: pattern.charCodeAt(at) });
      at += 1;
    }
  }
  return tokens;
}

function endOfStars(pattern: string, start: number): number {
  let end = start;
  while (pattern[end] === '*') end += 1;
  return end;
}

const anyByte = new Uint8Array(256).fill(1);
anyByte[slash] = 0;

/**
 * Reads `[...]`, whose `[` is at `start`; null when it is broken. `!` or `^` at its start turns it round; a `]` at its
 * start, and a `-` that has nothing on one of its sides, stand for themselves.
 */
function readBracket(pattern: string, start: number): { set: Uint8Array; end: number } | null {
  const listed = new Uint8Array(256);
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at += 1;
  /** The byte a following `-` would start a range from; -1 after a range or a class. */
  let before = -1;
  for (let isFirst = true; isFirst || pattern[at] !== ']'; isFirst = false) {
    const className = classNameAt(pattern, at);
    if (className !== undefined) {
      const isMember = classes[className];
      if (!isMember) return null;
      for (let byte = 0; byte < 128; byte++) if (isMember(byte)) listed[byte] = 1;
      before = -1;
      at += className.length + 4;
      continue;
    }
    const isRange = pattern[at] === '-' && before >= 0 && at + 1 < pattern.length && pattern[at + 1] !== ']';
    const item = readByte(pattern, isRange ? at + 1 : at);
    if (item === null) return null;
    if (isRange) {
      for (let byte = before; byte <= item.byte; byte++) listed[byte] = 1;
      before = -1;
    } else {
      listed[item.byte] = 1;
      before = item.byte;
    }
    at = item.end;
  }
  const set = isNegated ? listed.map((value) => 1 - value) : listed;
  set[slash] = 0;
  return { set, end: at + 1 };
}

/** The name in `[:name:]`, which reaches to the first `]`; undefined where there is no class. */
function classNameAt(pattern: string, at: number): string | undefined {
  if (!pattern.startsWith('[:', at)) return undefined;
  return /^\[:([^\]]*):\]/su.exec(pattern.slice(at))?.[1];
}

/** A byte of a bracket, which a backslash may stand before. Null at the end of the pattern. */
function readByte(pattern: string, at: number): { byte: number; end: number } | null {
  const start = pattern[at] === '\\' ? at + 1 : at;
  return start < pattern.length ? { byte: pattern.charCodeAt(start), end: start + 1 } : null;
}

type IsMember = (byte: number) => boolean;

function within(least: number, most: number): IsMember {
  return (byte) => byte >= least && byte <= most;
}

const isUpper = within(0x41, 0x5a);
const isLower = within(0x61, 0x7a);
const isDigit = within(0x30, 0x39);
const isGraph = within(0x21, 0x7e);
const isAlpha: IsMember = (byte) => isUpper(byte) || isLower(byte);
const isAlnum: IsMember = (byte) => isAlpha(byte) || isDigit(byte);

/** `[:name:]` for bytes below 128, as in the C locale: a byte of a longer character belongs to no class. */
const classes: Readonly<Record<string, IsMember>> = Object.assign(Object.create(null) as Record<string, IsMember>, {
  alnum: isAlnum,
  alpha: isAlpha,
  blank: (byte: number) => byte === 0x20 || byte === 0x09,
  cntrl: (byte: number) => byte < 0x20 || byte === 0x7f,
  digit: isDigit,
  graph: isGraph,
  lower: isLower,
  print: within(0x20, 0x7e),
  punct: (byte: number) => isGraph(byte) && !isAlnum(byte),
  space: (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d),
  upper: isUpper,
  xdigit: (byte: number) => isDigit(byte) || within(0x41, 0x46)(byte) || within(0x61, 0x66)(byte),
});
