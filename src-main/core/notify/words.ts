/** `1 file`, `1,204 files`. */
export function countText(count: number, thing: string): string {
  return `${new Intl.NumberFormat('en').format(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** A duration in ms in two units at most: `40 s`, `12 min`, `2 h 14 min`, `3 days 4 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return twoUnits(Math.floor(hours / 24), 'days', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large} ${largeUnit}${small === 0 ? '' : ` ${small} ${smallUnit}`}`;
}

/** A moment (ms since the epoch) in local time with its zone: `2026-01-31 22:05 GMT+1`. */
export function momentText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}${zone === undefined ? '' : ` ${zone}`}`;
}

/** One line without control characters, cut at `most` characters: for headers and titles, whatever a name holds. */
export function oneLine(text: string, most: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = Array.from(plain);
  return characters.length <= most ? plain : `${characters.slice(0, most - 1).join('')}…`;
}
