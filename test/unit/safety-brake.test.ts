import { describe, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { DeleteLimit } from '../../src-shared/job.ts';
import { inPortions, judgeRemovals, suddenLoss, type Amount, type Removal } from '../../src-main/core/safety/brake.ts';
import { seededRandom } from '../fixtures/random.ts';

const usual: DeleteLimit = { kind: 'default' };
const name = (text: string): ByteName => text as ByteName;
const file = (path: string, bytes = 10): Removal => ({ name: name(path), isFolder: false, bytes });
const folder = (path: string): Removal => ({ name: name(path), isFolder: true, bytes: 0 });
const files = (prefix: string, count: number, bytes = 10): Removal[] =>
  Array.from({ length: count }, (_, index) => file(`${prefix}${index}`, bytes));
const kept = (amounts: Record<string, [entries: number, bytes: number]>): Map<ByteName, Amount> =>
  new Map(Object.entries(amounts).map(([top, [entries, bytes]]) => [name(top), { entries, bytes }]));

interface Case {
  readonly title: string;
  readonly removals: Removal[];
  readonly keptPerTop: Record<string, [number, number]>;
  readonly keptInTotal?: Amount;
  readonly emptied?: string[];
  readonly limit?: DeleteLimit;
  /** Reasons in the order of the groups; empty: all is allowed. */
  readonly reasons: string[];
  readonly allowed: number;
}

/** So much else stands at the destination that the whole is never in question. */
const plenty = { other: [10_000, 100_000_000] as [number, number] };

const cases: Case[] = [
  {
    title: 'less than half of a top folder may go',
    removals: files('alpha/', 4),
    keptPerTop: { ...plenty, alpha: [5, 60] },
    reasons: [],
    allowed: 4,
  },
  {
    title: 'half of the entries of a top folder are held',
    removals: files('alpha/', 5, 0),
    keptPerTop: { ...plenty, alpha: [5, 60] },
    reasons: ['alpha: 5 of 10 entries (50 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'half of the bytes of a top folder are held, be it one file of many',
    removals: [file('alpha/film', 2_000_000_000)],
    keptPerTop: { other: [10_000, 1e12], alpha: [99, 1_000_000_000] },
    reasons: ['alpha: 2.0 GB of 3.0 GB (66 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'a top folder that vanished is held whole, the others are not',
    removals: [...files('omega/', 60), folder('omega'), ...files('alpha/', 2)],
    keptPerTop: { ...plenty, alpha: [60, 600] },
    reasons: ['omega: 60 of 60 entries (100 %) would be removed'],
    allowed: 2,
  },
  {
    title: 'a top folder that becomes empty is held, however little was in it',
    removals: [file('alpha/only')],
    keptPerTop: plenty,
    emptied: ['alpha'],
    reasons: ['alpha would become empty: all 1 entry in it would be removed'],
    allowed: 0,
  },
  {
    title: 'an empty top folder may go: nothing is lost',
    removals: [folder('alpha')],
    keptPerTop: plenty,
    reasons: [],
    allowed: 1,
  },
  {
    title: 'a nested folder that the source still has and that loses 20 entries at once is held',
    removals: files('alpha/shots/', 20),
    keptPerTop: { ...plenty, alpha: [5000, 1_000_000] },
    emptied: ['alpha/shots'],
    reasons: ['alpha/shots would become empty: all 20 entries in it would be removed, while the source still has the folder'],
    allowed: 0,
  },
  {
    title: 'entries at any depth count for a folder that becomes empty',
    removals: [
      ...files('alpha/shots/one/', 10),
      folder('alpha/shots/one'),
      ...files('alpha/shots/two/', 8),
      folder('alpha/shots/two'),
    ],
    keptPerTop: { ...plenty, alpha: [5000, 1_000_000] },
    emptied: ['alpha/shots'],
    reasons: ['alpha/shots would become empty: all 20 entries in it would be removed, while the source still has the folder'],
    allowed: 0,
  },
  {
    title: 'people do empty small folders',
    removals: files('alpha/shots/', 19),
    keptPerTop: { ...plenty, alpha: [5000, 1_000_000] },
    emptied: ['alpha/shots'],
    reasons: [],
    allowed: 19,
  },
  {
    title: 'a folder that goes itself is not one that becomes empty',
    removals: [...files('alpha/shots/', 40), folder('alpha/shots')],
    keptPerTop: { ...plenty, alpha: [5000, 1_000_000] },
    emptied: ['alpha/shots'],
    reasons: [],
    allowed: 41,
  },
  {
    title: 'half of the whole holds everything',
    removals: [...files('alpha/', 40, 0), ...files('gamma/', 10, 0)],
    keptPerTop: { alpha: [45, 10], gamma: [5, 10] },
    reasons: ['The whole backup: 50 of 100 entries (50 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'half of the bytes of the whole holds everything',
    removals: [file('alpha/film', 600)],
    keptPerTop: { alpha: [500, 500], gamma: [500, 50] },
    reasons: ['The whole backup: 600 bytes of 1.1 kB (52 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'the whole may be known better than by its parts',
    removals: files('alpha/', 4, 0),
    keptPerTop: { alpha: [6, 60] },
    keptInTotal: { entries: 3, bytes: 60 },
    reasons: ['The whole backup: 4 of 7 entries (57 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'the one readme in the root may go',
    removals: [file('README')],
    keptPerTop: plenty,
    reasons: [],
    allowed: 1,
  },
  {
    title: 'many files of the root are held as one group',
    removals: files('scan-', suddenLoss),
    keptPerTop: { ...plenty, '': [10, 100] },
    reasons: ['Files in the root: 20 of 30 entries (66 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'few of many files of the root may go',
    removals: files('scan-', 30),
    keptPerTop: { ...plenty, '': [1000, 10_000] },
    reasons: [],
    allowed: 30,
  },
  {
    title: 'a limit of 10 % replaces the half',
    removals: files('alpha/', 11, 0),
    keptPerTop: { ...plenty, alpha: [89, 10] },
    limit: { kind: 'percent', limit: 10 },
    reasons: ['alpha: 11 of 100 entries (11 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'exactly the limit in per cent is allowed',
    removals: files('alpha/', 10, 0),
    keptPerTop: { ...plenty, alpha: [90, 10] },
    limit: { kind: 'percent', limit: 10 },
    reasons: [],
    allowed: 10,
  },
  {
    title: 'below 100 % a folder that becomes empty is still held',
    removals: files('alpha/shots/', 25),
    keptPerTop: { ...plenty, alpha: [1, 1] },
    emptied: ['alpha/shots'],
    limit: { kind: 'percent', limit: 99 },
    reasons: ['alpha: 250 bytes of 251 bytes (99 %) would be removed'],
    allowed: 0,
  },
  {
    title: '100 % lifts everything',
    removals: [...files('alpha/', 60), folder('alpha'), ...files('x', 40)],
    keptPerTop: {},
    emptied: ['beta'],
    limit: { kind: 'percent', limit: 100 },
    reasons: [],
    allowed: 101,
  },
  {
    title: '0 % holds every removal',
    removals: [file('alpha/one')],
    keptPerTop: plenty,
    limit: { kind: 'percent', limit: 0 },
    reasons: ['The whole backup: 1 of 10001 entries (0 %) would be removed'],
    allowed: 0,
  },
  {
    title: 'a number allows so many and asks nothing else',
    removals: files('alpha/', 5),
    keptPerTop: {},
    emptied: ['alpha'],
    limit: { kind: 'count', limit: 5 },
    reasons: [],
    allowed: 5,
  },
  {
    title: 'more than the number holds everything',
    removals: [...files('alpha/', 5), file('beta/x')],
    keptPerTop: plenty,
    limit: { kind: 'count', limit: 5 },
    reasons: ['6 entries would be removed, more than the limit of 5'],
    allowed: 0,
  },
  {
    title: 'nothing to remove is nothing to judge',
    removals: [],
    keptPerTop: {},
    limit: { kind: 'count', limit: 0 },
    reasons: [],
    allowed: 0,
  },
  {
    title: 'names that are not text are shown escaped',
    removals: files('\xff/', 3),
    keptPerTop: plenty,
    reasons: ['\\#377: 3 of 3 entries (100 %) would be removed'],
    allowed: 0,
  },
];

describe('the brake', () => {
  for (const { title, removals, keptPerTop, keptInTotal, emptied, limit, reasons, allowed } of cases) {
    test(title, () => {
      const verdict = judgeRemovals({
        removals,
        keptPerTop: kept(keptPerTop),
        emptied: (emptied ?? []).map(name),
        limit: limit ?? usual,
        ...(keptInTotal ? { keptInTotal } : {}),
      });
      expect(verdict.held.map(({ reason }) => reason)).toEqual(reasons);
      expect(verdict.allowed).toHaveLength(allowed);
    });
  }

  test('tells entries and bytes of what it holds', () => {
    const { held } = judgeRemovals({
      removals: [...files('omega/', 60, 100), folder('omega/sub'), folder('omega')],
      keptPerTop: kept(plenty),
      emptied: [],
      limit: usual,
    });
    expect(held).toHaveLength(1);
    expect(held[0]).toMatchObject({ entries: 61, bytes: 6000 });
    expect(held[0]?.removals).toHaveLength(62);
  });

  test('takes hundreds of thousands of removals', () => {
    const removals = files('alpha/', 300_000);
    const { allowed } = judgeRemovals({ removals, keptPerTop: kept({ alpha: [400_000, 1e9] }), emptied: [], limit: usual });
    expect(allowed).toHaveLength(300_000);
    expect(inPortions(removals, 1000)).toHaveLength(1);
  });
});

test('portions keep what lies in one folder together', () => {
  const removals = [
    ...files('a/', 3),
    ...files('b/', 3),
    ...files('a/', 2).map((item) => ({ ...item, name: name(`${item.name}x`) })),
    ...files('c/', 3),
  ];
  const portions = inPortions(removals, 4);
  expect(portions.flat()).toHaveLength(removals.length);
  for (const parent of ['a/', 'b/', 'c/']) {
    expect(portions.filter((portion) => portion.some((item) => item.name.startsWith(parent)))).toHaveLength(1);
  }
  expect(portions.length).toBeGreaterThan(1);
});

describe('whatever is to be removed', () => {
  const seed = Number(process.env['DAYBREAK_SEED'] ?? Date.now() % 1_000_000);
  const rounds = Number(process.env['DAYBREAK_BRAKE_ROUNDS'] ?? 300);

  function scenario(round: number) {
    const random = seededRandom(seed + round);
    const tops = ['alpha', 'beta', 'gamma', ''];
    const removals = new Map<string, Removal>();
    const emptied = new Set<string>();
    for (let count = random.int(0, 60); count > 0; count--) {
      const top = random.pick(tops);
      const path =
        top === ''
          ? `loose${random.int(0, 40)}`
          : [top, ...(random.chance(0.5) ? [`sub${random.int(0, 2)}`] : []), `f${random.int(0, 30)}`].join('/');
      removals.set(path, file(path, random.int(0, 1000)));
      if (path.includes('/') && random.chance(0.1)) emptied.add(path.slice(0, path.lastIndexOf('/')));
    }
    for (const top of tops) if (top !== '' && random.chance(0.2)) removals.set(top, folder(top));
    const keptPerTop = new Map(tops.map((top) => [name(top), { entries: random.int(0, 80), bytes: random.int(0, 40_000) }]));
    return { removals: [...removals.values()], keptPerTop, emptied: [...emptied].map(name), random };
  }

  const limits = (percents: number[]): DeleteLimit[] => percents.map((limit) => ({ kind: 'percent', limit }));

  test(`each removal is either allowed or held, once (seed ${seed})`, () => {
    for (let round = 0; round < rounds; round++) {
      const { random, ...input } = scenario(round);
      const limit = random.pick<DeleteLimit>([
        usual,
        ...limits([0, 10, 50, 99, 100]),
        { kind: 'count', limit: random.int(0, 60) },
      ]);
      const { allowed, held } = judgeRemovals({ ...input, limit });
      const all = [...allowed, ...held.flatMap(({ removals }) => removals)].map((item) => item.name).sort();
      expect(all, `round ${round}`).toEqual(input.removals.map((item) => item.name).sort());
      for (const { reason, removals } of held) {
        expect(reason).not.toBe('');
        expect(removals.length).toBeGreaterThan(0);
      }
    }
  });

  test(`a higher limit never holds what a lower one allows (seed ${seed})`, () => {
    for (let round = 0; round < rounds; round++) {
      const { random: _, ...input } = scenario(round);
      for (const steps of [
        limits([0, 5, 25, 50, 75, 99, 100]),
        [0, 1, 10, 30, 100].map((limit): DeleteLimit => ({ kind: 'count', limit })),
      ]) {
        let before = new Set<ByteName>();
        for (const limit of steps) {
          const allowed = new Set(judgeRemovals({ ...input, limit }).allowed.map((item) => item.name));
          expect(
            [...before].filter((item) => !allowed.has(item)),
            `round ${round}`,
          ).toEqual([]);
          before = allowed;
        }
        expect(before.size, 'the highest limit lifts all').toBe(input.removals.length);
      }
    }
  });

  test(`what is allowed by default never takes half of a top folder (seed ${seed})`, () => {
    for (let round = 0; round < rounds; round++) {
      const { random: _, ...input } = scenario(round);
      const { allowed } = judgeRemovals({ ...input, limit: usual });
      for (const top of ['alpha', 'beta', 'gamma']) {
        const gone = allowed.filter((item) => item.name.startsWith(`${top}/`));
        const stays = input.keptPerTop.get(name(top)) ?? { entries: 0, bytes: 0 };
        if (gone.length > 0) expect(gone.length, `round ${round}`).toBeLessThan(stays.entries);
      }
    }
  });
});
