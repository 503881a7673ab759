/** A number from 0 to 1 that is always the same for the same `seed` and `salt`. */
export function shareOf(seed: number, salt = 0): number {
  let mixed = (seed * 0x9e3779b1 + salt * 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b) >>> 0;
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** One of `values`, always the same for the same seed. */
export function pick<Value>(values: readonly Value[], seed: number, salt = 0): Value {
  const value = values[Math.floor(shareOf(seed, salt) * values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from');
  return value;
}

export const projects = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'kappa', 'lambda', 'sigma', 'tau', 'phi', 'omega'] as const;
const folders = ['raw', 'edit', 'audio', 'graphics', 'proxies', 'exports', 'masters', 'scripts', 'reference'] as const;

/** The folder of a unit, as an engine that splits a production tree would name it. */
export function unitName(unit: number): string {
  return `${pick(projects, unit, 1)}/${pick(folders, unit, 2)}/shot ${String(Math.floor(unit / 4) + 1).padStart(4, '0')}`;
}

const jobNames = ['Production', 'Archive', 'Home folders', 'Render cache', 'Scans', 'Mail store', 'Repositories', 'Music library', 'Database dumps', 'Web sites'] as const;

export function jobName(job: number): string {
  const name = jobNames[job % jobNames.length] ?? '';
  return job < jobNames.length ? name : `${name} ${projects[Math.floor(job / jobNames.length) % projects.length] ?? ''} ${Math.floor(job / jobNames.length)}`;
}
