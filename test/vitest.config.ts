import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { createCountReporter } from './count-reporter.ts';

/** Kinds of tests in the order they run: what is quick to tell comes first. */
const kinds = ['unit', 'engine', 'faults', 'ui', 'desktop'];

/** In these a browser waits for what is to happen more than it works. */
const isWaiting = (kind: string): boolean => kind === 'ui' || kind === 'desktop';

export default defineConfig({
  root: path.join(import.meta.dirname, '..'),
  test: {
    projects: kinds.map((kind, place) => ({
      extends: true as const,
      test: {
        name: kind,
        include: [`test/${kind}/**/*.test.ts`],
        // One kind after the other, so that a heavy tree does not run beside a test that measures seconds.
        sequence: { groupOrder: isWaiting(kind) ? kinds.length : place },
        ...(isWaiting(kind) ? { maxWorkers: Math.max(3, availableParallelism()) } : {}),
      },
    })),
    reporters: ['default', createCountReporter(process.env['DAYBREAK_TEST_COUNTS'])],
    globalSetup: path.join(import.meta.dirname, 'build-first.ts'),
    pool: 'forks',
    // Each file of engine and faults keeps several rsyncs busy by itself: more at once would only stretch their times.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    testTimeout: 60_000,
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
