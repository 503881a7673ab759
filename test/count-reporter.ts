import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/**
 * A vitest reporter that writes `{ passed, failed, skipped }` of a run to `file`, as JSON; nothing when `file` is not
 * given. A file that cannot be loaded, and an error that no test caught, count as one failure each.
 */
export function createCountReporter(file: string | undefined): Reporter {
  return {
    onTestRunEnd: (modules, errors) => {
      const counts = { passed: 0, failed: errors.length, skipped: 0 };
      for (const module of modules) {
        const before = counts.failed;
        for (const test of module.children.allTests()) {
          const { state } = test.result();
          counts[state === 'pending' ? 'skipped' : state] += 1;
        }
        if (module.state() === 'failed' && counts.failed === before) counts.failed += 1;
      }
      if (file) writeFileSync(file, JSON.stringify(counts));
    },
  };
}
