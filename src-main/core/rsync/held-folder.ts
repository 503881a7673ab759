import type { ByteName } from '../../../src-shared/byte-name.ts';
import { toArgument } from './byte-name.ts';

/**
 * The exclude that leaves out this top folder. A backslash escapes only in a pattern that has wildcards (rsync(1), PATTERN
 * MATCHING RULES). `?` stands for a line end, which no pattern may hold, and where argv cannot carry the name for each byte
 * that is not ASCII: there a folder that differs in these bytes alone is left out as well.
 */
export function heldPattern(top: ByteName): string {
  const name = toArgument(top) ?? top.replace(/[\u0080-\u00ff]/gu, '\n');
  const isPlain = !/[*?[\r\n]/u.test(name);
  return `/${isPlain ? name : name.replace(/[*?[\\]/gu, '\\$&').replace(/[\r\n]/gu, '?')}`;
}
