import type { Places } from '../places/places.ts';
import { base } from './base.ts';

/** The calls for what is and what is not protected. */
export function protectionCalls(places: Pick<Places, 'accept'>) {
  const os = base.protection;
  return {
    acceptPlaces: os.acceptPlaces.handler(async ({ input }) => {
      await places.accept(input.jobId);
      return {};
    }),
  };
}
