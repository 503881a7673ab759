import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Face } from '../face.ts';
import { formatBytes } from '../format.ts';
import { localPath } from '../local-path.ts';

/** The sample tree and four copies of it, with room to spare, bytes. */
const NEEDED_BYTES = 1_200_000_000;

/** The demo's own folder. */
export interface WorkFolder {
  readonly path: string;
  /** Removes it and all in it. Until then the end of the process does so. */
  remove(): Promise<void>;
  /** Leaves it in place for good. */
  keep(): void;
}

/**
 * A new folder in DAYBREAK_DEMO_FOLDER, or in the system's temporary folder.
 * Throws `AppError` invalid-input or no-space.
 */
export function makeWorkFolder(face: Pick<Face, 'env' | 'callerFolder' | 'onExit'>): WorkFolder {
  const chosen = face.env['DAYBREAK_DEMO_FOLDER'];
  const parent = chosen === undefined || chosen === '' ? tmpdir() : localPath('DAYBREAK_DEMO_FOLDER', chosen, face.callerFolder);
  const path = makeFolder(parent);
  const removeNow = (): void => rmSync(path, { recursive: true, force: true });
  const forget = face.onExit(removeNow);
  const folder: WorkFolder = {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      forget();
    },
    keep: forget,
  };
  const space = statfsSync(path);
  const free = space.bavail * space.bsize;
  if (free < NEEDED_BYTES) {
    removeNow();
    forget();
    throw new AppError({
      kind: 'no-space',
      message: `The demo needs ${formatBytes(NEEDED_BYTES)} in ${parent}; ${formatBytes(free)} are free`,
      hint: 'Set DAYBREAK_DEMO_FOLDER to a folder with more room.',
    });
  }
  return folder;
}

function makeFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'daybreak-demo-'));
  } catch (thrown) {
    throw new AppError({
      kind: 'invalid-input',
      message: `The demo cannot make a folder in ${parent}`,
      hint: 'Set DAYBREAK_DEMO_FOLDER to a folder that is there and that you may write to.',
      detail: toAppError(thrown).message,
    });
  }
}
