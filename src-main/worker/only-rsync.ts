import { errnoOf } from './errno.ts';

/** Thrown where a look at both sides meets what only rsync can judge. */
export class OnlyRsyncKnows extends Error {}

/** The result of a look at both sides; null where only rsync can tell, or where something could not be read. */
export async function unlessOnlyRsyncKnows<Result>(look: () => Promise<Result>): Promise<Result | null> {
  try {
    return await look();
  } catch (thrown) {
    if (thrown instanceof OnlyRsyncKnows || errnoOf(thrown) !== '') return null;
    throw thrown;
  }
}
