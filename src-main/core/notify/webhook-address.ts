import { AppError } from '../../../src-shared/errors.ts';
import type { Webhook } from '../../../src-shared/notify.ts';

const hidden = '/***';

/** An address as it may be shown and logged: whatever follows the host may be a token. */
export function shownAddress(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}${hidden}`;
}

/**
 * A webhook as a page gives it back, with its whole address: one that is shown shortened stays what is stored.
 * Throws `AppError` invalid-input where nothing such is stored.
 */
export function withWholeAddress(given: Webhook, stored: readonly Webhook[]): Webhook {
  if (!given.url.endsWith(hidden)) return given;
  const known = stored.find(({ id }) => id === given.id);
  if (known !== undefined && shownAddress(known.url) === given.url) return { ...given, url: known.url };
  throw new AppError({
    kind: 'invalid-input', message: `The address ${given.url} is shortened: its end is not known.`, hint: 'Enter the whole address.',
  });
}
