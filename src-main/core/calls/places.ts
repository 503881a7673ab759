import type { Places } from '../places/places.ts';
import { base } from './base.ts';

/** The calls for places of this machine. */
export function placeCalls(places: Places) {
  const os = base.places;
  return {
    volumes: os.volumes.handler(() => places.volumes()),
    list: os.list.handler(({ input }) => places.list(input.path)),
    makeFolder: os.makeFolder.handler(async ({ input }) => ({ path: await places.makeFolder(input.parent, input.name) })),
    check: os.check.handler(({ input }) => places.check(input)),
    preview: os.preview.handler(({ input, signal }) => places.preview(input.source, input.excludes, signal)),
  };
}
