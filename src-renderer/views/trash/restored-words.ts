import { formatCount } from '../../format.ts';

/** What a restore did: "12 restored, 2 kept because something else is there." */
export function restoredWords({ restored, kept }: { readonly restored: number; readonly kept: number }): string {
  return kept === 0 ? `${formatCount(restored)} restored.` : `${formatCount(restored)} restored, ${formatCount(kept)} kept because something else is there.`;
}
