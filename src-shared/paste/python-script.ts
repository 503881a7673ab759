/** Strings by the names of their variables, as far as they can be told without running anything. */
type Known = ReadonlyMap<string, string>;

/** What a script does, as the words of one rsync call; null where it is not clear. `perFolder`: it is called for each folder below. */
export interface PythonCall {
  readonly words: readonly string[];
  readonly perFolder: boolean;
}

/**
 * The rsync call of a Python script of the shape `subprocess.call(["rsync", "-arq", src, dest])`, also where a `Pool` maps
 * such a call over the folders of a root: then the root is the source. Reads text only.
 */
export function readPythonCall(script: string): PythonCall | null {
  const known = variablesOf(script);
  const list = /\[\s*(f?["'](?:\S*\/)?rsync["'][^\]]*)\]/u.exec(script)?.[1];
  const text = /(?:os\.system|call|run|check_call|Popen|getoutput)\(\s*f?(["'])((?:\S*\/)?rsync .*?)\1/u.exec(script)?.[2];
  if (list === undefined && text === undefined) return null;
  const isPool = /\bPool\s*\(/u.test(script) && /\.(?:map|imap\w*|starmap|map_async)\s*\(/u.test(script);
  const words = list === undefined ? (text ?? '').split(/\s+/u).map((word) => fill(word, known)) : splitItems(list).map((item) => valueOf(item, known) ?? `$${item}`);
  return { words: isPool ? words.map((word) => wholeRoot(word, known)) : words, perFolder: isPool };
}

/** Assignments of strings, in their order: a later one may be built of earlier ones. */
function variablesOf(script: string): Known {
  const known = new Map<string, string>();
  for (const [, name = '', right = ''] of script.matchAll(/^[ \t]*([A-Za-z_]\w*)\s*=\s*([^=\n][^\n]*)$/gmu)) {
    const value = valueOf(right.replace(/\s#.*$/u, '').trim(), known);
    if (value !== null) known.set(name, value);
  }
  return known;
}

function splitItems(list: string): string[] {
  return (list.match(/(?:f?"[^"]*"|f?'[^']*'|\([^)]*\)|[^,])+/gu) ?? []).map((item) => item.trim()).filter((item) => item !== '');
}

/** A string expression: a literal, a variable, a sum, os.path.join, an f-string, format. Null where it is something else. */
function valueOf(expression: string, known: Known): string | null {
  const text = expression.trim();
  const literal = /^([rf]?)(["'])(.*)\2$/u.exec(text);
  if (literal && !(literal[3] ?? '').includes(literal[2] ?? '"')) return literal[1] === 'f' ? fill(literal[3] ?? '', known) : literal[3] ?? '';
  if (/^[A-Za-z_]\w*$/u.test(text)) return known.get(text) ?? null;
  const joined = /^(?:os\.path\.)?join\((.*)\)$/u.exec(text)?.[1];
  const parts = joined === undefined ? text.split(/\s*\+\s*/u) : splitItems(joined);
  if (joined === undefined && parts.length < 2) return null;
  const values = parts.map((part) => valueOf(part, known) ?? `$${part}`);
  return joined === undefined ? values.join('') : values.map((value) => value.replace(/\/$/u, '')).join('/');
}

/** `{name}` in an f-string. */
function fill(text: string, known: Known): string {
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => known.get(name) ?? `$${whole}`);
}

/** A path that ends in what changes from folder to folder becomes its root, as a whole. */
function wholeRoot(word: string, known: Known): string {
  const changing = word.indexOf('$');
  if (changing < 0) return word;
  const before = word.slice(0, changing);
  if (before.includes('/')) return `${before.replace(/\/*$/u, '')}/`;
  const root = [...known].find(([name]) => /^(?:src|source|root|from_?dir)/iu.test(name))?.[1];
  return root === undefined ? word : `${root.replace(/\/*$/u, '')}/`;
}
