import type { ErrorData } from '../../../src-shared/errors.ts';
import type { ScoutAnswer } from '../../../src-shared/scout-protocol.ts';
import type { Hold } from './holding.ts';
import { lockGone, whatMoved, type Passports } from './same-place.ts';
import type { ScoutClient } from './scout-client.ts';

/** How often both ends are looked at while a run copies, ms. */
const usualEveryMs = 3000;

export interface PlaceWatch {
  /** Of the run: sees what there is at the beginning. */
  readonly firstScout: ScoutClient;
  /** For the looks that follow, asked for when there is one. */
  readonly scout: () => ScoutClient;
  readonly source: string;
  readonly destination: string;
  readonly expected: Passports;
  /** Null in a dry run. */
  readonly hold: Hold | null;
  readonly everyMs: number | undefined;
  /** Called once, with what is not as it was; the watch has ended then. */
  readonly moved: (error: ErrorData) => void;
}

/**
 * Looks now and then, through a scout, whether both ends of a run are still what they were: rsync goes on writing into a
 * file system that was unmounted under it, and to the disk below. `first` resolves after the first look: people may have
 * taken their time to answer since both ends were looked at. `end` ends the watch.
 */
export function watchPlaces(parts: PlaceWatch): { readonly first: Promise<void>; end(): void } {
  const { source, destination, expected, hold, everyMs = usualEveryMs } = parts;
  let ended = false;
  let began: ScoutAnswer<'places-now'> | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function look(scout: ScoutClient): Promise<void> {
    const now = await scout.ask({ op: 'places-now', source, destination, holder: hold?.holder ?? null });
    began ??= now;
    const what = whatChanged(began, now);
    if (what === null || ended) return;
    ended = true;
    parts.moved({
      kind: 'passport-mismatch', message: what,
      hint: 'The run was stopped, and nothing was deleted. Check the mounts, then run again: what is in the backup already is not copied twice.',
    });
  }

  function whatChanged(before: ScoutAnswer<'places-now'>, now: ScoutAnswer<'places-now'>): string | null {
    const what = whatMoved(expected, { source: now.source.passport, destination: now.destination.passport });
    if (what !== null) return what;
    for (const end of ['source', 'destination'] as const) {
      if (before[end].device !== now[end].device) return `The ${end} is not what it was when the run began: another file system is mounted there`;
    }
    return now.isLocked ? null : lockGone;
  }

  // A path that does not answer is told by the watch on that; a look that fails says nothing, and the last checks follow.
  const again = (): void => {
    timer = setTimeout(() => void look(parts.scout()).catch(() => {}).finally(() => ended || again()), everyMs);
    timer.unref();
  };
  const first = look(parts.firstScout).catch(() => {}).finally(() => ended || again());
  return {
    first,
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
