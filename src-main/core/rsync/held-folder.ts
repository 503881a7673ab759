import type { ByteName } from '../../../src-shared/byte-name.ts';
import { toArgument } from './byte-name.ts';

/**
 * The exclude that leaves out exactly this top folder. A backslash escapes only in a pattern that has wildcards (rsync(1),
 * PATTERN MATCHING RULES). Where argv cannot carry the name, `?` stands for each byte that is not ASCII: rsync knows bytes.
 */
export function heldPattern(top: ByteName): string {
  const name = toArgument(top) ?? top.replace(/[\u0080-\u00ff]/gu, '\n');
  const isPlain = !/[*?[\r\n]/u.test(name);
  return `/${isPlain ? name : name.replace(/[*?[\\]/gu, '\\$&').replace(/[\r\n]/gu, '?')}`;
}
