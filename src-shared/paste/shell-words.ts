/**
 * Splits a shell line into words as sh(1p) does with quotes, backslashes and line continuations; variables stay as they
 * are written. Redirections and what follows a pipe, `;` or `&&` are words of their own.
 */
export function shellWords(line: string): string[] {
  const text = line.replace(/\\\r?\n/gu, ' ');
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && /["\\$`]/u.test(text[index + 1] ?? '')) word = (word ?? '') + (text[++index] ?? '');
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\') word = (word ?? '') + (text[++index] ?? '');
    else if (/\s/u.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;|&<>]/u.test(character)) {
      // `2>` is part of the redirection, `a` in `a>b` is not.
      if (word !== null && !/^\d$/u.test(word)) words.push(word);
      const operator = /^[;|&<>]+\d?/u.exec(text.slice(index))?.[0] ?? character;
      words.push(operator);
      index += operator.length - 1;
      word = null;
    } else word = (word ?? '') + character;
  }
  if (word !== null) words.push(word);
  return words;
}
