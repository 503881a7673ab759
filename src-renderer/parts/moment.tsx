import { formatExactly, formatWhen } from '../format.ts';

/** A moment (ms since the epoch) in this place's time; the tooltip has its date, second and zone. `words` may say it otherwise. */
export function Moment({ at, words = formatWhen }: { readonly at: number; readonly words?: (at: number) => string }) {
  return <time dateTime={new Date(at).toISOString()} title={formatExactly(at)}>{words(at)}</time>;
}
