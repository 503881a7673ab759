import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSystemIn } from '../bench/machine.ts';
import { readOptions } from '../bench/options.ts';
import type { PlaceFacts } from '../bench/place.ts';
import { chooseDisk, choosePlace, createRemoval } from '../bench/place.ts';
import { measuredFor, poolRows, rows, selectRows } from '../bench/rows.ts';

describe('the options of the bench', () => {
  it('are every row in five rounds where nothing is said', () => {
    expect(readOptions([], '/home/me')).toEqual({ help: false, quick: false, compared: 'peers', rows, rounds: 5, against: null, pointed: [], json: null, compare: null, folder: null });
  });

  it('resolve paths from where the user is', () => {
    const options = readOptions(['--quick', '--json', 'out.json', '--folder', '/mnt/disk'], '/home/me');
    expect(options).toMatchObject({ quick: true, rounds: 1, json: '/home/me/out.json', folder: '/mnt/disk' });
  });

  it('take rows by name, and all rows of a tree by its name', () => {
    const { rows: selected } = readOptions(['--rows', 'large,skewed-changed', '--rows', 'balanced'], '/');
    expect(selected.map(({ name }) => name)).toEqual([
      'balanced-full', 'balanced-unchanged', 'balanced-changed', 'skewed-changed', 'large-full',
    ]);
  });

  it('take a kind of rows by its name', () => {
    expect(selectRows(['disk']).map(({ name }) => name)).toEqual(['disk-images-full']);
    expect(selectRows(['nas', 'local', 'disk'])).toEqual(rows);
    expect(selectRows(['nas']).every(({ setting }) => setting.startsWith('nas'))).toBe(true);
  });

  it('have rows of their own for the pool', () => {
    expect(readOptions(['--pool'], '/')).toMatchObject({ compared: 'pool', rows: poolRows });
    expect(readOptions(['--pool', '--rows', 'nas1'], '/').rows.map(({ name }) => name)).toEqual(['nas1-vanishing-full']);
    expect(() => readOptions(['--pool', '--rows', 'balanced'], '/')).toThrow('There is no row "balanced".');
    expect(readOptions(['--pool', '--against', '8 workers,16 workers'], '/').against).toEqual(['8 workers', '16 workers']);
    expect(() => readOptions(['--pool', '--against', 'rclone'], '/')).toThrow('There is no contender "rclone".');
  });

  it.each([
    [['--rows', 'nfs'], 'There is no row "nfs".'],
    [['--rounds', '0'], '--rounds is "0"'],
    [['--rounds', 'many'], '--rounds is "many"'],
    [['--against', 'rclone,robocopy'], 'There is no contender "robocopy".'],
    [['--against', 'msrsync'], 'There is no contender "msrsync".'],
    [['--msrsync', '/nowhere/msrsync'], '--msrsync: /nowhere/msrsync cannot be run.'],
    [['--pool', '--options'], 'two comparisons'],
    [['--fast'], `Unknown option '--fast'`],
    [['balanced'], `Unexpected argument 'balanced'`],
  ])('refuse %j', (argv, message) => {
    expect(() => readOptions(argv, '/')).toThrow(message);
  });

  it('run what a row needs before it, and nothing after it', () => {
    const phasesOf = (...words: string[]) => measuredFor(selectRows(words)).map(({ setting, tree, phases }) => [setting, tree, ...phases].join(' '));
    expect(phasesOf('skewed-unchanged')).toEqual(['local skewed full unchanged']);
    expect(phasesOf('folders')).toEqual(['local folders full']);
    expect(phasesOf('nas0.2-vanishing-removed', 'nas5')).toEqual(['nas5 small full', 'nas0.2 vanishing full removed']);
  });
});

describe('where the bench makes its trees', () => {
  const memory: PlaceFacts = { folder: '/dev/shm', fileSystem: 'tmpfs', freeBytes: 8e9 };
  const disk: PlaceFacts = { folder: '/tmp', fileSystem: 'ext4', freeBytes: 50e9 };

  const needs = (inMemory: number, onDisk = inMemory) => ({ inMemory, onDisk });

  it('is memory where there is room', () => {
    const place = choosePlace({ chosen: null, shared: memory, temporary: disk }, needs(5e9));
    expect(place).toMatchObject({ folder: '/dev/shm', inMemory: true });
  });

  it('is the temporary folder where memory is short, or not there, and it says why', () => {
    const short = choosePlace({ chosen: null, shared: memory, temporary: disk }, needs(7.5e9));
    expect(short).toMatchObject({ folder: '/tmp', inMemory: false });
    expect(short.reason).toContain('/dev/shm has not enough room');
    const none = choosePlace({ chosen: null, shared: null, temporary: disk }, needs(1e9));
    expect(none).toMatchObject({ folder: '/tmp', inMemory: false });
    expect(none.reason).toContain('there is no /dev/shm');
  });

  it('is where the user asks for', () => {
    const chosen = { ...disk, folder: '/mnt/disk' };
    const place = choosePlace({ chosen, shared: memory, temporary: disk }, needs(1e9));
    expect(place).toMatchObject({ folder: '/mnt/disk', reason: 'as asked' });
  });

  it('is nowhere without room, even when asked for', () => {
    const facts = { chosen: { ...disk, freeBytes: 2e9 }, shared: memory, temporary: disk };
    expect(() => choosePlace(facts, needs(1e9, 2e9))).toThrow('The bench needs 3.0 GB in /tmp; 2.0 GB are free.');
  });

  it('is known by the mount that is nearest, the later one where two lie on each other', () => {
    const mountinfo = [
      '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '30 22 0:25 / /mnt rw - xfs /dev/b rw',
      '31 22 0:26 / /mnt/a\\040b rw,nosuid shared:2 - tmpfs tmpfs rw',
      '32 22 0:27 / /mnt rw - btrfs /dev/c rw',
      '',
    ].join('\n');
    const paths = ['/home/me', '/mnt/x', '/mnt/a b/c', '/mnta'];
    expect(paths.map((path) => fileSystemIn(mountinfo, path))).toEqual(['ext4', 'btrfs', 'tmpfs', 'ext4']);
  });
});

describe('where rows about a disk are measured', () => {
  const memory: PlaceFacts = { folder: '/tmp', fileSystem: 'tmpfs', freeBytes: 500e9 };
  const full: PlaceFacts = { folder: '/srv', fileSystem: 'xfs', freeBytes: 2e9 };
  const disk: PlaceFacts = { folder: '/home/project', fileSystem: 'ext4', freeBytes: 50e9 };

  it('is the first place that is on a disk and has room', () => {
    expect(chooseDisk([memory, full, disk], 20e9)).toMatchObject({ folder: '/home/project', inMemory: false });
    expect(chooseDisk([memory, full, disk], 0.5e9)).toMatchObject({ folder: '/srv' });
  });

  it('is nowhere without one, and it says why', () => {
    expect(chooseDisk([memory, full], 20e9)).toEqual({ whyNone: 'it needs 21.0 GB in /srv; 2.0 GB are free' });
    const share = { folder: '/mnt/share', fileSystem: 'nfs4', freeBytes: 50e9 };
    expect(chooseDisk([memory, share], 1e9)).toEqual({ whyNone: 'none of /tmp (tmpfs), /mnt/share (nfs4) is on a disk; give one with --folder' });
  });
});

describe('tools that the user points to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-bench-tools-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Says what it was given, one word in each line. */
  function fake(name: string): string {
    const program = join(folder, name);
    writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    chmodSync(program, 0o755);
    return program;
  }

  function wordsOf(name: string): string[] {
    const [contender] = readOptions([`--${name}`, fake(name), '--against', name], folder).pointed;
    const [source, destination] = [join(folder, 'a source'), join(folder, 'a destination')];
    for (const path of [join(source, 'b c'), join(source, 'd')]) mkdirSync(path, { recursive: true });
    const command = contender?.command({ source, destination, data: join(folder, 'data') });
    return execFileSync(command?.program ?? '', command?.argv ?? [], { encoding: 'utf8' }).trimEnd().split('\n').map((word) => word.replaceAll(folder, ''));
  }

  it('msrsync gets the options of rsync last, then the content of the source', () => {
    expect(wordsOf('msrsync')).toEqual(['-p', '32', '-f', '200', '--rsync', '-aH --numeric-ids', '/a source/', '/a destination/']);
  });

  it('parsyncfp2 gets the names in the source, and a cache that is not the user\'s', () => {
    expect(wordsOf('parsyncfp2')).toEqual([
      '--NP=32', '--chunksize=10M', '--nowait', '--verbose=1', '--altcache=/data-parsyncfp2', '--ro=-aH --numeric-ids', '--startdir=/a source', 'b c', 'd', '/a destination',
    ]);
    expect(existsSync(join(folder, 'data-parsyncfp2'))).toBe(true);
  });
});

describe('trees that are no longer needed', () => {
  it.each([[true, false], [false, true]])('in memory: %s, are still there: %s', (inMemory, isLeft) => {
    const folder = mkdtempSync(join(tmpdir(), 'daybreak-bench-place-'));
    try {
      const place = { folder, fileSystem: inMemory ? 'tmpfs' : 'ext4', freeBytes: 1e12, inMemory, reason: '' };
      const tree = join(folder, 'tree');
      mkdirSync(join(tree, 'inside'), { recursive: true });
      createRemoval(place, () => undefined, new AbortController().signal).discard(tree);
      expect(existsSync(tree)).toBe(isLeft);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
