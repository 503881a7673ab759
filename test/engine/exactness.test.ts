import { describe, expect, test } from 'vitest';
import { checkSeed } from '../fixtures/random-check.ts';
import { chosenSeeds } from '../fixtures/random-seeds.ts';

// Every fifth seed is for exactness-unprivileged.test.ts.
describe('a backup by the pool equals one rsync, and a second one finds nothing to do', () => {
  test.each(chosenSeeds((seed) => seed % 5 !== 0))('random trees of seed %i', { timeout: 120_000 }, async (seed) => {
    expect((await checkSeed(seed, process.getuid?.() === 0)).join('\n')).toBe('');
  });
});
