import { formatNumberOf } from '../../src-main/cli/format.ts';
import { daybreakWith, mirrorWords, type Contender } from './contenders.ts';

/** As it is without a word: the pool finds its own size, of a job it knows nothing of. */
export const automatic: Contender = daybreakWith('automatic', () => mirrorWords);

/** Once more, with what the run before it remembers; both copy into an empty folder. */
export const automaticAgain: Contender = { ...daybreakWith('automatic, again', () => [...mirrorWords, '--accept-new-mount']), after: automatic };

export const fixedPools: readonly Contender[] = [1, 2, 4, 8, 16, 32, 64]
  .map((workers) => daybreakWith(formatNumberOf(workers, 'worker'), () => [...mirrorWords, '--workers', String(workers)]));

/** Daybreak with as many workers as it likes, and with each of some numbers. */
export const poolContenders: readonly Contender[] = [automatic, automaticAgain, ...fixedPools];
