import { describe, expect, test } from 'vitest';
import { checkSeed } from '../fixtures/random-check.ts';
import { whyUserCannotChange } from '../fixtures/random-scenario.ts';
import { chosenSeeds } from '../fixtures/random-seeds.ts';

const reason = whyUserCannotChange();

/** As an ordinary user there are folders that may not be written, and files and folders that may not be read. */
describe(`a backup by an ordinary user equals one rsync of that user${reason === null ? '' : ` [skipped: ${reason}]`}`, () => {
  test.skipIf(reason !== null).each(chosenSeeds((seed) => seed % 5 === 0))(
    'random trees of seed %i', { timeout: 120_000 }, async (seed) => {
      expect((await checkSeed(seed, true)).join('\n')).toBe('');
    },
  );
});
