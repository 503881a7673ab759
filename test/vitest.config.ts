import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { createCountReporter } from './count-reporter.ts';
import { LongFirst } from './long-first.ts';

/** Kinds of tests in the order they run: what is quick to tell comes first. */
const kinds = ['unit', 'engine', 'faults', 'ui', 'desktop', 'alone'];

/** Where something is waited for as often as there is work: rsyncs, processes that start, a browser. */
const many = Math.max(4, availableParallelism());

/** Files at once, where it is not the usual number. Faults measure seconds; what limited a run is also what ran beside it. */
const filesAtOnce: Readonly<Record<string, number>> = { unit: many, engine: many, ui: many, desktop: many, alone: 1 };

/** Kinds that run together, so that a long file of one does not keep a core idle. */
const groups: Readonly<Record<string, number>> = { unit: 0, engine: 0, faults: 1, ui: 2, desktop: 2, alone: 3 };

/** When a test is taken for one that hangs, ms: a browser on a slow machine takes its time. */
const endsWithin: Readonly<Record<string, number>> = { ui: 240_000, desktop: 240_000 };

export default defineConfig({
  root: path.join(import.meta.dirname, '..'),
  test: {
    projects: kinds.map((kind) => ({
      extends: true as const,
      test: {
        name: kind,
        include: [`test/${kind}/**/*.test.ts`],
        // A heavy tree does not run beside a test that measures seconds.
        sequence: { groupOrder: groups[kind] ?? 0 },
        ...(filesAtOnce[kind] === undefined ? {} : { maxWorkers: filesAtOnce[kind] }),
        testTimeout: endsWithin[kind] ?? 60_000,
      },
    })),
    reporters: ['default', createCountReporter(process.env['DAYBREAK_TEST_COUNTS'])],
    globalSetup: path.join(import.meta.dirname, 'build-first.ts'),
    sequence: { sequencer: LongFirst },
    pool: 'forks',
    // Each file of engine and faults keeps several rsyncs busy by itself: more at once would only stretch their times.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      // The least that must be covered is decided in scripts/test.mjs, for whole runs only.
      include: ['src-main/core/**/*.ts'],
      reporter: ['json-summary', 'html'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
  },
});
