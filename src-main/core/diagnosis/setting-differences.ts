import type { Advice, RunDifference, Verdict } from '../../../src-shared/diagnosis.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import { bytesText } from '../safety/words.ts';
import type { ComparedRun } from './compare.ts';

/** Options that can change how long a run takes, as people know them. */
const names: Readonly<Partial<Record<keyof JobOptions, string>>> = {
  workers: 'workers', compress: '-z', checksum: '-c', bandwidthLimit: 'the bandwidth limit', mirror: 'mirror', backup: 'kept files', backupDir: 'the folder for kept files',
  excludes: 'excludes', further: 'further options', trashDays: 'the trash',
};

/** Options of the job that were not the same. What one brings is known where either run's advice was about it. */
export function settingDifferences(earlier: ComparedRun, later: ComparedRun): RunDifference[] {
  const before = earlier.meters?.facts.options;
  const after = later.meters?.facts.options;
  if (!before || !after) return [];
  return (Object.keys(names) as (keyof JobOptions)[]).filter((option) => JSON.stringify(before[option]) !== JSON.stringify(after[option])).map((option) => ({
    kind: 'settings', what: names[option] ?? option, before: text(option, before[option]), after: text(option, after[option]),
    factor: factorOf(option, earlier, after[option], 1) ?? factorOf(option, later, before[option], -1),
  }));
}

/** The gain that a run's advice promised for setting this option to `value`, as a factor of the duration; null where none did. */
function factorOf(option: keyof JobOptions, { verdict }: ComparedRun, value: unknown, direction: 1 | -1): number | null {
  const gain = adviceFor(option, verdict, value)?.gain;
  return gain === null || gain === undefined ? null : gain ** -direction;
}

function adviceFor(option: keyof JobOptions, verdict: Verdict | null, value: unknown): Advice | undefined {
  return verdict?.advice.find(({ options }) => options !== null && (options as Readonly<Record<string, unknown>>)[option] === value);
}

function text(option: keyof JobOptions, value: JobOptions[keyof JobOptions]): string {
  if (option === 'bandwidthLimit' && typeof value === 'number') return `${bytesText(value)} a second`;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' ');
  if (value === null) return 'none';
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : JSON.stringify(value);
}
