import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Field } from './draft.ts';

interface Chosen {
  readonly source: string;
  readonly destination: string;
}

/**
 * The field an error speaks of: by its kind where that says it, else by the path its message names. Null where it speaks
 * of none.
 */
export function fieldOfError(error: ErrorData, chosen: Chosen): Field | null {
  if (/^The backup folder |^A mirror that keeps /u.test(error.message)) return 'backupDir';
  if (error.kind === 'invalid-input' && /\b(schedule|cron|time zone)\b/iu.test(error.message)) return 'schedule';
  if (error.kind === 'source-missing' || error.kind === 'source-empty') return 'source';
  if (error.kind === 'destination-unreachable' || error.kind === 'no-space') return 'destination';
  if (error.message.startsWith('The exclude pattern ')) return 'excludes';
  if (/\bname\b/u.test(error.message) && error.kind === 'invalid-input') return 'name';
  if (namesFirst(error.message, 'source', chosen.source)) return 'source';
  if (namesFirst(error.message, 'destination', chosen.destination)) return 'destination';
  return null;
}

/** "The source /data/prod ..." and every message whose first path is `path`. */
function namesFirst(message: string, word: string, path: string): boolean {
  if (new RegExp(`^The ${word}\\b`, 'u').test(message)) return true;
  return path !== '' && /\/\S*/u.exec(message)?.[0] === path;
}
