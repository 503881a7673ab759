import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cause, RunWork } from '../../../src-shared/diagnosis.ts';
import type { RunMeters } from '../../../src-shared/run-meters.ts';

/** Meters of a staged run, and the verdict that is right for them: test/fixtures/diagnosis holds some. */
export interface Recording {
  readonly cause: Cause;
  /** The first advice then, and what following it brought; null: it was not followed. */
  readonly advice: string | null;
  readonly got: number | null;
  readonly meters: RunMeters;
  readonly work: RunWork;
}

/** Writes a recording, numbers with three digits, and without the folders of the bench. */
export function record(folder: string, name: string, { meters, advice, ...rest }: Recording): void {
  const { facts } = meters;
  const named = { ...facts, source: { ...facts.source, path: '/data/source' }, destination: { ...facts.destination, path: '/data/copy' } };
  const text = advice?.replaceAll(facts.source.path, named.source.path).replaceAll(facts.destination.path, named.destination.path) ?? null;
  const recording: Recording = { ...rest, advice: text, meters: { ...meters, facts: named } };
  const short = (_key: string, value: unknown): unknown => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(recording, short)}\n`);
}
