import { AppError } from '../../../src-shared/errors.ts';
import type { FacePort } from '../ports.ts';
import { base } from './base.ts';

/** What only a face with windows of its own can do. Throws `AppError` not-found elsewhere. */
export function desktopCalls(face: FacePort) {
  const os = base.desktop;
  return {
    pickFolder: os.pickFolder.handler(async ({ input }) => {
      if (!face.pickFolder) throw noDialogs();
      return { path: await face.pickFolder(input.title, input.start) };
    }),
    openFolder: os.openFolder.handler(async ({ input }) => {
      if (!face.openFolder) throw noDialogs();
      await face.openFolder(input.path);
      return {};
    }),
  };
}

function noDialogs(): AppError {
  return new AppError({ kind: 'not-found', message: 'A browser cannot open folders of this machine.', hint: 'Use the desktop app, or copy the path.' });
}
