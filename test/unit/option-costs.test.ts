import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costSentence, optionCosts, type PricedOption } from '../../src-shared/option-costs.ts';

const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');

describe('what options cost', () => {
  it('is told by the interface as it is in docs/options.md', () => {
    const rows = Array.from(page.matchAll(/^\| ([\w-]+) \| (\d+\.\d\d) \| (\d+\.\d\d) \| (\d+\.\d\d) \|$/gmu), ([, option = '', ...times]) => [option, times.map(Number)]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(Object.entries(optionCosts).map(([option, { full, changed, unchanged }]) => [option, [full, changed, unchanged]])));
  });

  it('is a sentence for every option, without what is too little to tell', () => {
    for (const option of Object.keys(optionCosts) as PricedOption[]) expect(costSentence(option)).toMatch(/^Measured: .*\.$/u);
    expect(costSentence('fsync')).toContain('a first copy takes 3.8 times as long');
    expect(costSentence('backup')).toBe('Measured: costs no time worth telling.');
    expect(costSentence('checksum')).toContain('a nightly run takes 64 % longer');
  });
});
