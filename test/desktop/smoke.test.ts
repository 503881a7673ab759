import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { diffManifest, readManifest, withoutOwnFolder } from '../fixtures/manifest.ts';
import { plainTree } from '../fixtures/tree-plain.ts';
import { writeTree } from '../fixtures/tree.ts';
import { interfaceOn } from '../ui/pages.ts';

const project = join(import.meta.dirname, '..', '..');
const electron = join(project, 'node_modules', 'electron');

/** Electron's own program, which its package fetches at the first start; null where it was not. */
function findElectron(): string | null {
  const pathFile = join(electron, 'path.txt');
  const program = existsSync(pathFile) ? join(electron, 'dist', readFileSync(pathFile, 'utf8')) : null;
  return program !== null && existsSync(program) ? program : null;
}

const program = findElectron();
const why = program === null ? "Electron's program is not on this machine" : process.platform === 'linux' && !process.env['DISPLAY'] ? 'there is no display (xvfb-run gives one)' : null;

if (why !== null) process.stdout.write(`SKIPPED: the desktop app in Electron itself: ${why}\n`);

// What the double cannot prove: the sandbox, isolated worlds, the native window and tray, utility processes.
describe(`the desktop app in Electron itself${why === null ? '' : ` [SKIPPED: ${why}]`}`, () => {
  it.skipIf(why !== null)('opens its window, backs up through utility processes, and quits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-electron-'));
    const [source, destination] = [join(folder, 'production'), join(folder, 'backup')];
    writeTree(source, plainTree({ folders: 3, files: 40, bytes: 13_000 }));
    mkdirSync(destination);
    const app = await _electron.launch({
      executablePath: program ?? '', args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), project],
      env: { ...process.env as Record<string, string>, DAYBREAK_HOME: join(folder, 'home') },
    });
    try {
      const page = await app.firstWindow();
      const complaints: string[] = [];
      page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
      const ui = interfaceOn(page);
      await ui.heading('Backups that finish before morning').waitFor();
      expect(await page.evaluate(() => [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')])).toEqual(['undefined', 'undefined']);
      await ui.goTo('New job');
      await ui.fillJob({ name: 'Nightly', source, destination });
      await ui.button('Save and back up now').click();
      await ui.ended('Succeeded');
      expect(diffManifest(readManifest(source), withoutOwnFolder(readManifest(destination)))).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
