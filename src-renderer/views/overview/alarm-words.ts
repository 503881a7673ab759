import type { Alarm } from '../../../src-shared/protection.ts';

/** A top folder as people call it: '' is what lies in the source itself. */
export function folderWords(folder: string): string {
  return folder === '' ? 'files in the folder itself' : folder;
}

/** What an alarm saw, with its folder first. */
export function alarmSentence({ folder, reason }: Alarm): string {
  return folder !== '' && reason.startsWith(folder) ? reason : `${folderWords(folder)}: ${reason}`;
}
