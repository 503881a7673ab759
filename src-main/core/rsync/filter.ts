import type { ByteName } from '../../../src-shared/byte-name.ts';
import { lastOf } from '../../../src-shared/byte-name.ts';
import { fromText } from './byte-name.ts';
import { compileWildcard, type Wildcard } from './wildcard.ts';

/** Tells whether an entry is excluded by itself; that its parents are not is for the walk to see to. */
export type Excludes = (path: ByteName, isFolder: boolean) => boolean;

/**
 * The excludes of one transfer, `--exclude=P` for each pattern, exactly as rsync applies them to the path of an
 * entry from the root (rsync(1), FILTER RULES and PATTERN MATCHING RULES). The root itself is never excluded.
 * For patterns that `validateExclude` accepts.
 */
export function compileExcludes(patterns: readonly string[]): Excludes {
  const rules = patterns.map(compileRule);
  return (path, isFolder) => path !== '' && rules.some((rule) => rule(path, isFolder));
}

/** One pattern. What it is matched against follows from where its slashes and its double stars are. */
function compileRule(pattern: string): Excludes {
  const bytes = fromText(pattern);
  const foldersOnly = bytes.length > 1 && bytes.endsWith('/');
  const body = foldersOnly ? bytes.slice(0, -1) : bytes;
  const matches = /[*[?]/u.test(body) ? wildcardMatcher(body) : literalMatcher(body);
  return (path, isFolder) => (isFolder || !foldersOnly) && matches(path, isFolder);
}

/** Without a wildcard a backslash is just that. With a slash the pattern is compared with as many last parts of the path. */
function literalMatcher(body: string): Excludes {
  if (body.startsWith('/')) return (path) => path === body.slice(1);
  if (!body.includes('/')) return (path) => lastOf(path) === body;
  return (path) => path === body || path.endsWith(`/${body}`);
}

function wildcardMatcher(body: string): Excludes {
  const isAnchored = body.startsWith('/');
  const wildcard = compileWildcard(isAnchored ? body.slice(1) : body);
  const slashes = body.split('/').length - 1;
  const isDouble = body.includes('**');
  if (!isDouble) {
    if (isAnchored) return (path) => wildcard(path, 0) === 'yes';
    return (path) => {
      const start = startOfLast(path, slashes + 1);
      return start >= 0 && wildcard(path, start) === 'yes';
    };
  }
  // "**/x" matches a top-level x as well, and "x/***" the folder x itself: hence a slash before or behind the path.
  const before = body.startsWith('**') ? '/' : '';
  const behind = body.endsWith('***') ? '/' : '';
  const atStartOnly = isAnchored || before !== '';
  return (path, isFolder) => {
    const text = `${before}${path}${isFolder ? behind : ''}`;
    return atStartOnly ? wildcard(text, 0) === 'yes' : matchesAfterSomeSlash(wildcard, text);
  };
}

/** Tries the start of the text and the place after each slash, up to where rsync gives up. */
function matchesAfterSomeSlash(wildcard: Wildcard, text: string): boolean {
  for (let start = 0; ; ) {
    const outcome = wildcard(text, start);
    if (outcome === 'yes') return true;
    if (outcome === 'never') return false;
    const slash = text.indexOf('/', start);
    if (slash < 0) return false;
    start = slash + 1;
  }
}

/** Where the last `count` parts of a path start; -1 when it has fewer. */
function startOfLast(path: string, count: number): number {
  let start = path.length + 1;
  for (let parts = 0; parts < count; parts++) {
    if (start <= 0) return -1;
    start = path.lastIndexOf('/', start - 2) + 1;
  }
  return start;
}
