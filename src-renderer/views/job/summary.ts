import type { JobOptions } from '../../../src-shared/job.ts';
import type { JobNotify } from '../../../src-shared/notify.ts';
import { formatCount, formatNumberOf, formatRate } from '../../format.ts';

const furtherWords: Readonly<Record<JobOptions['further'][number], string>> = {
  acls: 'access lists',
  xattrs: 'extended attributes',
  sparse: 'holes stay holes',
  'numeric-ids': 'owners by number',
  fsync: 'each file written to disk at once',
  'modify-window-1': 'times may differ by one second',
};

/** What the options of a job mean, one sentence each, the most important first. */
export function optionSentences(options: JobOptions): string[] {
  const { excludes, bandwidthLimit, further, workers } = options;
  return [
    options.mirror ? `Mirror: what is deleted at the source is deleted in the backup. ${limitSentence(options)}` : 'Deleted files are kept in the backup.',
    ...(options.backup ? [keptSentence(options)] : []),
    ...(options.trashDays === null ? [] : [`What is replaced or deleted there goes to a trash for ${formatNumberOf(options.trashDays, 'day')}.`]),
    ...(excludes.length > 0 ? [`Left out: ${excludes.join('  ')}`] : []),
    ...(options.checksum ? ['Files are compared by content.'] : []),
    ...(options.compress ? ['Compressed on the way.'] : []),
    ...(bandwidthLimit === null ? [] : [`At most ${formatRate(bandwidthLimit)}.`]),
    workers === 'auto' ? 'The number of copies at the same time is automatic.' : `${workers} ${workers === 1 ? 'copy' : 'copies'} at the same time.`,
    ...(further.length > 0 ? [`Also: ${further.map((option) => furtherWords[option]).join(', ')}.`] : []),
  ];
}

const tellWords: Readonly<Record<JobNotify['on'], string>> = {
  always: 'You are told of every run.',
  problems: 'You are told when a run was not good, and of the first good one after it.',
  never: 'You are told of no run.',
};

/** When people are told about a job. */
export function notifySentence({ on, silentHours }: JobNotify): string {
  return silentHours === null ? tellWords[on] : `${tellWords[on]} And when no good run ended for ${formatNumberOf(silentHours, 'hour')}.`;
}

function limitSentence({ deleteLimit }: JobOptions): string {
  switch (deleteLimit.kind) {
    case 'default': return 'Half of a folder or more is held for your yes.';
    case 'count': return deleteLimit.limit === 0 ? 'Every deletion is held for your yes.' : `More than ${formatCount(deleteLimit.limit)} entries are held for your yes.`;
    case 'percent': return deleteLimit.limit >= 100 ? 'Nothing is held.' : `More than ${deleteLimit.limit} % are held for your yes.`;
  }
}

function keptSentence({ mirror, backupDir }: JobOptions): string {
  const what = mirror ? 'What is replaced or deleted' : 'What is replaced';
  return backupDir === null ? `${what} is kept beside it, with ~ at the end of its name.` : `${what} is kept in ${backupDir}.`;
}
