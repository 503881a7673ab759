import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { temporaryFolder } from '../fixtures/databases/samples.ts';
import { chosenScheduleSeeds } from '../fixtures/random-seeds.ts';
import { playYear } from '../fixtures/schedule-year.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeAll(() => {
  folder = temporaryFolder();
  store = openStore(folder.path);
});
afterAll(() => {
  store.close();
  folder.remove();
});

describe('a year of sleep, crashes, clock changes, pauses, long runs and edits', () => {
  const sums = { waiting: 0, ran: 0, 'caught-up': 0, skipped: 0 };

  test.each(chosenScheduleSeeds())('DAYBREAK_SEED=%i: every due time ran once, was made up for, or was skipped with its reason', async (seed) => {
    const { problems, outcomes } = await playYear(store, seed);
    expect(problems.slice(0, 10)).toEqual([]);
    for (const [outcome, count] of Object.entries(outcomes)) sums[outcome as keyof typeof sums] += count;
  });

  test.skipIf(process.env['DAYBREAK_SEED'] !== undefined)('all of it came up', () => {
    expect(sums.ran).toBeGreaterThan(4000);
    expect(sums['caught-up']).toBeGreaterThan(500);
    expect(sums.skipped).toBeGreaterThan(500);
  });
});
