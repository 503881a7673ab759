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
