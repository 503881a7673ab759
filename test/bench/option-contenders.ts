import type { PricedOption } from '../../src-shared/option-costs.ts';
import { daybreakWith, mirrorWords, type Contender, type CopyPaths } from './contenders.ts';

/** What all options are compared with: a job with none of them. */
export const plainDaybreak: Contender = daybreakWith('no option', () => []);

const words: Readonly<Record<PricedOption, (paths: CopyPaths) => readonly string[]>> = {
  mirror: () => mirrorWords,
  backup: ({ data }) => ['--backup-dir', `${data}-replaced`],
  excludes: () => ['--exclude', '*.nothing-is-called-so'],
  bandwidthLimit: () => ['--bwlimit', '1000G'],
  checksum: () => ['--checksum'],
  compress: () => ['--compress'],
  acls: () => ['--acls'],
  xattrs: () => ['--xattrs'],
  sparse: () => ['--sparse'],
  'numeric-ids': () => ['--numeric-ids'],
  fsync: () => ['--fsync'],
  'modify-window-1': () => ['--modify-window', '1'],
};

/** Daybreak without and with each option, one at a time. */
export const optionContenders: readonly Contender[] = [
  plainDaybreak,
  ...Object.entries(words).map(([option, argv]) => daybreakWith(option, argv)),
];
