/**
 * @typedef {object} VitestReport The parts we use of what vitest's JSON reporter writes.
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { name: string, status: string, assertionResults: readonly unknown[] }[]} testResults
 */

/**
 * Adds up a run. A file that could not be loaded has no tests, and counts as one that failed.
 * @param {VitestReport | null} report Null when vitest ended before it could write one.
 */
export function countTests(report) {
  if (!report) return { passed: 0, failed: 0, skipped: 0 };
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @typedef {{ lines: { total: number, covered: number, pct: number } }} Covered
 * @param {Record<string, Covered>} summary Istanbul's json-summary: by absolute path, and `total`.
 * @param {number} count How many files to name.
 * @returns {{ percent: number, worst: { file: string, percent: number, missing: number }[] }} `worst`: most lines missing first.
 */
export function readCoverage(summary, count) {
  const worst = Object.entries(summary)
    .filter(([file]) => file !== 'total')
    .map(([file, { lines }]) => ({ file, percent: lines.pct, missing: lines.total - lines.covered }))
    .filter(({ missing }) => missing > 0)
    .sort((a, b) => b.missing - a.missing)
    .slice(0, count);
  return { percent: summary['total']?.lines.pct ?? 0, worst };
}
