import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors.ts';
import type { FacePort } from '../core/ports.ts';
import type { MainWindow } from './main-window.ts';
import type { ElectronSurface } from './surface.ts';

/** After this long without an answer a folder is said to hang, ms. */
const answerMs = 5_000;

export interface DialogParts {
  readonly electron: Pick<ElectronSurface, 'dialog' | 'shell'>;
  readonly platform: NodeJS.Platform;
  readonly window: () => ReturnType<MainWindow['current']>;
}

/** What the desktop can show beside the page. The calls throw `AppError` for people. */
export function createDialogs({ electron: { dialog, shell }, platform, window }: DialogParts): Required<Pick<FacePort, 'pickFolder' | 'openFolder'>> {
  return {
    async pickFolder(title, start) {
      const options: Electron.OpenDialogOptions = {
        title, message: title, properties: ['openDirectory', 'createDirectory'], ...(start === null ? {} : { defaultPath: start }),
      };
      const parent = window();
      const { canceled, filePaths } = await (parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options));
      return canceled ? null : (filePaths[0] ?? null);
    },
    async openFolder(folder) {
      await mustBeFolder(folder);
      // On macOS a folder with an ending may be a program, which opening would start.
      if (platform === 'darwin' && path.extname(folder) !== '') {
        shell.showItemInFolder(folder);
        return;
      }
      const problem = await shell.openPath(folder);
      if (problem !== '') throw new AppError({ kind: 'not-found', message: `${folder} could not be opened: ${problem}`, hint: 'Copy the path, and open it in your file manager.' });
    },
  };
}

/** A file would be opened by whatever program it is for, or be run. */
async function mustBeFolder(folder: string): Promise<void> {
  const facts = await Promise.race([stat(folder).catch(() => null), wait(answerMs, 'hangs' as const, { ref: false })]);
  if (facts === 'hangs') throw new AppError({ kind: 'timeout', message: `${folder} does not answer.`, hint: 'Check that its disk or server is there.' });
  if (facts?.isDirectory() === true) return;
  throw new AppError({ kind: 'not-found', message: `There is no folder ${folder}.`, hint: 'Check that its disk or share is mounted.' });
}
