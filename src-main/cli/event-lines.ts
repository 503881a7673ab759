import type { RunEventData } from '../../src-shared/run-event.ts';
import { formatBytes, formatDuration, formatNumberOf } from './format.ts';
import { line, noticeLines, type Line } from './line.ts';
import type { UnitEnded } from './run-record.ts';

/** The lines of an event that stay on a screen; none for most. A dry run's changes are listed at its end instead. */
export function eventLines(event: RunEventData, options: { readonly quiet: boolean; readonly verbose: boolean }): Line[] {
  switch (event.type) {
    case 'run-started':
      if (options.quiet) return [];
      return [line(`${event.dryRun ? 'Dry run' : 'Backing up'}: ${event.job.source} -> ${event.job.destination}`, 'strong')];
    case 'notice':
      return options.quiet && event.notice.level === 'info' ? [] : noticeLines(event.notice);
    case 'unit-ended':
      // What a bad unit leaves to know is told by a notice at the end; until then this line is the first word of it.
      return options.verbose || (!options.quiet && isBadUnit(event)) ? [unitLine(event)] : [];
    case 'change':
      return options.verbose ? [line(`${event.action} ${event.name === '' ? '.' : event.name}`)] : [];
    default: return [];
  }
}

/** One unit and how it ended. */
function unitLine(event: UnitEnded): Line {
  const name = event.name === '' ? '(root folder)' : event.name;
  const code = event.code === null || event.code === 0 ? '' : `, rsync exit code ${event.code}`;
  const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
  const size = `${formatNumberOf(event.entries, 'entry', 'entries')}, ${formatBytes(event.bytes)}`;
  const tone = event.state === 'failed' ? 'problem' : event.state === 'warned' ? 'warning' : 'plain';
  const took = formatDuration(event.durationMs);
  return line(`unit ${event.unit} ${event.state}: ${name} (${size} in ${took}${code}${attempt})`, tone);
}

function isBadUnit({ state }: UnitEnded): boolean {
  return state === 'failed' || state === 'warned';
}

/** The lines belong on stderr, where that is apart. */
export function isProblemEvent(event: RunEventData): boolean {
  return (event.type === 'notice' && event.notice.level !== 'info') || (event.type === 'unit-ended' && isBadUnit(event));
}
