import type { Notice } from '../../../src-shared/run.ts';
import type { UnitProgress } from './copying.ts';
import { unitName } from './unit-name.ts';

/** Names told with a notice; the unit's log in the history has more. */
const namesTold = 5;
const mostNotices = 50;

/** What the units of a run leave a person to know, the worst first. */
export function unitNotices(units: readonly UnitProgress[]): Notice[] {
  const noted = units.filter((progress) => progress.note !== null && progress.state !== 'cancelled');
  const notices = noted.map(noticeOf).sort((a, b) => rank(a) - rank(b));
  if (notices.length <= mostNotices) return notices;
  const more = notices.length - mostNotices;
  return [...notices.slice(0, mostNotices), { level: 'warning', message: `${more} more units have something to say: see the run's units in the history.` }];
}

function noticeOf({ unit, state, note, result }: UnitProgress): Notice {
  const names = result?.facts.failedNames ?? [];
  const more = (result?.facts.failedCount ?? 0) - namesTold;
  const list = names.length === 0 ? '' : ` (${names.slice(0, namesTold).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
  return {
    level: state === 'failed' ? 'problem' : state === 'done' ? 'info' : 'warning',
    message: `${unitName(unit)}: ${note?.message}${list}`,
    ...(note?.hint === undefined ? {} : { hint: note.hint }),
  };
}

function rank({ level }: Notice): number {
  return ['problem', 'warning', 'info'].indexOf(level);
}
