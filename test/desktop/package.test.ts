import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '..', '..');

/** Marks the fuses in Electron's program; behind it come a version, their number, and a digit for each (@electron/fuses). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>;
}

/** The names in an archive: its header is JSON behind four numbers, the last of which is its length. */
function namesIn(archive: string): string[] {
  const file = openSync(archive, 'r');
  const numbers = Buffer.alloc(16);
  readSync(file, numbers, 0, 16, 0);
  const header = Buffer.alloc(numbers.readUInt32LE(12));
  readSync(file, header, 0, header.length, 16);
  closeSync(file);
  const walk = ({ files = {} }: Entry, path: string): string[] =>
    Object.entries(files).flatMap(([name, entry]) => (entry.files ? walk(entry, `${path}${name}/`) : [`${path}${name}`]));
  return walk(JSON.parse(header.toString('utf8')) as Entry, '');
}

// Electron's own program is a stand-in here: what is packed, and how, does not depend on it.
describe.skipIf(process.platform !== 'linux')('a packed desktop app', () => {
  it('holds the built app, the native library it loads, and nothing else, under its own name, with the fuses as they are stated', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-package-'));
    const electron = join(folder, 'electron');
    mkdirSync(join(electron, 'resources'), { recursive: true });
    writeFileSync(join(electron, 'electron'), `program ${sentinel}\u0001\u0009111111111 end`);
    chmodSync(join(electron, 'electron'), 0o755);
    for (const name of ['LICENSE', 'version']) writeFileSync(join(electron, name), '45.4.1');
    execFileSync(process.execPath, [
      join('node_modules', 'electron-builder', 'cli.js'), '--linux', 'dir', `-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'out')}`,
    ], { cwd: project, stdio: 'pipe' });

    const packed = join(folder, 'out', 'linux-unpacked');
    const program = readFileSync(join(packed, 'daybreak-desktop'), 'latin1');
    const names = namesIn(join(packed, 'resources', 'app.asar'));
    // A library is loaded from a file of its own; elsewhere its package may have none for this system.
    const unpacked = readdirSync(join(packed, 'resources', 'app.asar.unpacked'), { recursive: true, encoding: 'utf8' });
    rmSync(folder, { recursive: true, force: true });
    // runAsNode 0, cookies 1, NODE_OPTIONS 0, --inspect 0, integrity 1, asar only 1, V8 snapshot 0, file:// 0; one that the stand-in has more.
    expect(program.slice(program.indexOf(sentinel) + sentinel.length + 2)).toBe('010011001 end');
    expect(names).toEqual(expect.arrayContaining(['package.json', 'dist/node/desktop.js', 'dist/node/worker.js', 'dist/node/scout.js', 'dist/node/icons/idle.png', 'dist/renderer/index.html']));
    expect(names.filter((name) => !/^(?:package\.json$|dist\/(?:node|renderer)\/|node_modules\/(?:koffi|@koromix\/koffi-linux-\w+)\/)/u.test(name))).toEqual([]);
    expect(names).toContain('node_modules/koffi/index.cjs');
    expect(unpacked.filter((name) => /koffi-linux-\w+\/linux_\w+\/koffi\.node$/u.test(name))).toHaveLength(1);
    expect(names.filter((name) => /\.(?:ts|tsx|map)$/u.test(name))).toEqual([]);
  }, 60_000);
});
