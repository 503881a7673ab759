import type { Verdict } from '../../src-shared/diagnosis.ts';
import { adviceLine } from '../core/diagnosis/verdict.ts';
import { textLines, type Line } from './line.ts';

/** What would help, best first; nothing where there is no advice. */
export function adviceLines(verdict: Verdict | null): Line[] {
  const [first, ...others] = verdict?.advice ?? [];
  if (!first) return [];
  return [...textLines(`What would help: ${adviceLine(first)}.`), ...others.flatMap((advice) => textLines(`${adviceLine(advice)}.`, 'plain', '  '))];
}
