import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LockHolder } from '../../src-shared/scout-protocol.ts';
import { processStartTime } from '../../src-main/core/rsync/process-identity.ts';
import { createLockHolder } from '../../src-main/core/safety/lock-holder.ts';
import { lock, renewLock, unlock } from '../../src-main/worker/lock.ts';

const isRoot = process.getuid?.() === 0;
const contender = join(import.meta.dirname, 'lock-contender.ts');
/** Per process. */
const tries = process.env['DAYBREAK_FULL'] === '1' ? 200 : 30;
let folder = '';
let destination = '';
let lockFile = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-lock-'));
  destination = join(folder, 'backup');
  mkdirSync(destination);
  lockFile = join(destination, '.daybreak/lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let started = 0;
/** A holder of its own: this process, another run. */
const holderOf = (changes: Partial<LockHolder> = {}): LockHolder => ({
  ...createLockHolder('nightly', Date.now()),
  since: ++started,
  ...changes,
});

/** Puts a lock there as another process would have left it. */
function plant(holder: LockHolder, ageMs = 0): void {
  mkdirSync(join(destination, '.daybreak'), { recursive: true });
  writeFileSync(lockFile, JSON.stringify(holder));
  const at = (Date.now() - ageMs) / 1000;
  utimesSync(lockFile, at, at);
}

describe('the lock of a destination', () => {
  test('is taken, refused to a second run with who holds it, and leaves nothing behind', async () => {
    const first = holderOf({ job: 'first' });
    const before = Date.now();
    const answer = await lock(destination, first);
    expect(answer).toMatchObject({ state: 'held-by-us', madeFolder: true });
    expect((answer as { atMs: number }).atMs).toBeGreaterThan(before - 1000);
    expect(readdirSync(join(destination, '.daybreak'))).toEqual(['lock']);
    expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toEqual(first);
    expect(await lock(destination, holderOf({ job: 'second' }))).toEqual({ state: 'held-by-other', holder: first });
    expect(await unlock(destination, first)).toEqual({ removedFolder: true });
    expect(readdirSync(destination)).toEqual([]);
  });

  test('is ours again when the same run asks once more', async () => {
    const holder = holderOf();
    await lock(destination, holder);
    expect(await lock(destination, holder)).toMatchObject({ state: 'held-by-us', madeFolder: false });
  });

  test('is not given back by one who does not hold it', async () => {
    const first = holderOf();
    await lock(destination, first);
    expect(await unlock(destination, holderOf())).toEqual({ removedFolder: false });
    expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toEqual(first);
  });

  test('leaves .daybreak and what else is in it alone', async () => {
    mkdirSync(join(destination, '.daybreak'));
    writeFileSync(join(destination, '.daybreak/marker'), 'x');
    const holder = holderOf();
    expect(await lock(destination, holder)).toMatchObject({ madeFolder: false });
    expect(await unlock(destination, holder)).toEqual({ removedFolder: false });
    expect(readdirSync(join(destination, '.daybreak'))).toEqual(['marker']);
  });

  test('can be read by everyone, so that another user is told who holds it', async () => {
    const umask = process.umask(0o077);
    try {
      chmodSync(destination, 0o777);
      await lock(destination, holderOf());
      expect(statSync(lockFile).mode & 0o777).toBe(0o644);
      expect(statSync(join(destination, '.daybreak')).mode & 0o777).toBe(0o777);
    } finally {
      process.umask(umask);
    }
  });

  test(
    'is never held by two of eight processes that fight for it, some of which crash with it',
    { timeout: 120_000 },
    async () => {
      const gone = spawn('true');
      const startTime = processStartTime(gone.pid ?? 0) ?? '1@x';
      await once(gone, 'exit');
      const run = promisify(execFile);
      const results = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const { stdout } = await run(process.execPath, [
            contender,
            destination,
            join(folder, 'proof'),
            String(tries),
            String(gone.pid),
            startTime,
          ]);
          return JSON.parse(stdout) as { held: number; refused: number; left: number; violations: number };
        }),
      );
      expect(results.reduce((sum, { violations }) => sum + violations, 0)).toBe(0);
      expect(results.reduce((sum, { held, refused }) => sum + held + refused, 0)).toBe(8 * tries);
      // Nobody promises each of them its turn; but it must go round.
      expect(results.filter(({ held }) => held > 0).length, 'several got it').toBeGreaterThan(1);
      expect(
        results.reduce((sum, { left }) => sum + left, 0),
        'locks were left behind',
      ).toBeGreaterThan(0);
    },
  );
});

describe('a lock that was left behind', () => {
  test('by a process killed with -9 is taken over at once', async () => {
    const script = `
      import { createLockHolder } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/core/safety/lock-holder.ts'))};
      import { lock } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/worker/lock.ts'))};
      await lock(${JSON.stringify(destination)}, createLockHolder('crashed', 1));
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const crashed = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(crashed.stdout, 'data');
    expect(await lock(destination, holderOf())).toMatchObject({
      state: 'held-by-other',
      holder: { job: 'crashed', pid: crashed.pid },
    });
    crashed.kill('SIGKILL');
    await once(crashed, 'exit');
    const holder = holderOf();
    expect(await lock(destination, holder)).toMatchObject({ state: 'held-by-us', madeFolder: false });
    expect(await unlock(destination, holder)).toEqual({ removedFolder: true });
  });

  test('by a process whose number another one has now is taken over', async () => {
    plant(holderOf({ startTime: '12345@another' }));
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-us' });
  });

  test('before this machine was started anew is taken over', async () => {
    const [, machine, namespace] = holderOf().bootId.split(' ');
    plant(holderOf({ bootId: `earlier ${machine} ${namespace}` }));
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-us' });
  });

  test(
    'and is no lock at all is taken over when it is older than 5 minutes, and refused before',
    { timeout: 30_000 },
    async () => {
      plant(holderOf(), 6 * 60_000);
      writeFileSync(lockFile, '');
      const at = (Date.now() - 6 * 60_000) / 1000;
      utimesSync(lockFile, at, at);
      const holder = holderOf();
      expect(await lock(destination, holder)).toMatchObject({ state: 'held-by-us' });
      await unlock(destination, holder);
      mkdirSync(join(destination, '.daybreak'));
      writeFileSync(lockFile, '{"host":');
      await expect(lock(destination, holderOf())).rejects.toMatchObject({ kind: 'busy' });
    },
  );

  test('takes its temporary files with it', async () => {
    plant(holderOf({ startTime: 'gone' }));
    const left = join(destination, '.daybreak', 'lock.00000000-0000-4000-8000-000000000000');
    writeFileSync(left, JSON.stringify(holderOf({ startTime: 'gone' })));
    writeFileSync(`${left}.taking`, JSON.stringify(holderOf({ startTime: 'gone' })));
    writeFileSync(join(destination, '.daybreak', 'lock.not-ours'), 'x');
    const holder = holderOf();
    expect(await lock(destination, holder)).toMatchObject({ state: 'held-by-us' });
    await unlock(destination, holder);
    expect(readdirSync(join(destination, '.daybreak'))).toEqual(['lock.not-ours']);
  });
});

describe('a lock of another machine', () => {
  const far = (): LockHolder => holderOf({ host: 'far', pid: 1, startTime: 'x', bootId: 'far far far' });

  test('holds while it is renewed, and is taken over 5 minutes after it was not', async () => {
    const holder = far();
    plant(holder, 4.5 * 60_000);
    expect(await lock(destination, holderOf())).toEqual({ state: 'held-by-other', holder });
    plant(holder, 5.1 * 60_000);
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-us' });
  });

  test('of the same name is not taken for this one before a restart', async () => {
    plant(holderOf({ bootId: 'x another-machine pid:[1]' }));
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-other' });
  });

  test('or of a container whose processes cannot be seen is not taken for dead', async () => {
    const [boot, machine] = holderOf().bootId.split(' ');
    plant(holderOf({ bootId: `${boot} ${machine} pid:[7]`, pid: 999_999 }));
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-other' });
  });

  test('learns by renewing that it was taken over', async () => {
    const holder = holderOf();
    await lock(destination, holder);
    const old = (Date.now() - 60_000) / 1000;
    utimesSync(lockFile, old, old);
    await renewLock(destination, holder);
    expect(Date.now() - statSync(lockFile).mtimeMs).toBeLessThan(10_000);
    expect(JSON.parse(readFileSync(lockFile, 'utf8'))).toEqual(holder);
    plant(far());
    await expect(renewLock(destination, holder)).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringMatching(/^The lock of .* is not ours any more; .* on far \(process 1\) holds it$/) as string,
    });
    rmSync(join(destination, '.daybreak'), { recursive: true });
    await expect(renewLock(destination, holder)).rejects.toMatchObject({ kind: 'busy' });
  });
});

describe('what stands in the place of the lock', () => {
  test('a symlink named .daybreak is never followed', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(destination, '.daybreak'));
    await expect(lock(destination, holderOf())).rejects.toMatchObject({
      kind: 'invalid-input',
      message: `${destination}/.daybreak is a symbolic link, which is never followed there`,
    });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('a file named .daybreak is refused', async () => {
    writeFileSync(join(destination, '.daybreak'), 'x');
    await expect(lock(destination, holderOf())).rejects.toMatchObject({
      kind: 'invalid-input',
      message: `${destination}/.daybreak is not a folder`,
    });
  });

  test('a symlink or a pipe named lock is neither followed nor waited for', async () => {
    mkdirSync(join(destination, '.daybreak'));
    writeFileSync(join(folder, 'precious'), 'keep');
    symlinkSync(join(folder, 'precious'), lockFile);
    await expect(lock(destination, holderOf())).rejects.toMatchObject({ kind: 'permission' });
    rmSync(lockFile);
    execFileSync('mkfifo', [lockFile]);
    await expect(lock(destination, holderOf())).rejects.toMatchObject({ kind: 'permission' });
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('keep');
  });

  test('a destination that is not there is told', async () => {
    await expect(lock(join(folder, 'nowhere'), holderOf())).rejects.toMatchObject({ kind: 'destination-unreachable' });
  });
});

describe.skipIf(!isRoot)('another user', () => {
  const nobody = 65_534;
  const asNobody = (script: string): string =>
    execFileSync(
      'setpriv',
      [
        '--reuid',
        String(nobody),
        '--regid',
        String(nobody),
        '--clear-groups',
        process.execPath,
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
  const script = (action: string): string => `
    import { createLockHolder } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/core/safety/lock-holder.ts'))};
    import { lock } from ${JSON.stringify(join(import.meta.dirname, '../../src-main/worker/lock.ts'))};
    const holder = createLockHolder('theirs', 7);
    ${action}`;
  const tryLock = (): unknown =>
    JSON.parse(asNobody(script(`console.log(JSON.stringify(await lock(${JSON.stringify(destination)}, holder)));`)));

  beforeEach(() => {
    chmodSync(folder, 0o755);
    chmodSync(destination, 0o777);
  });

  test('is refused with who holds the destination', async () => {
    const holder = holderOf({ job: 'ours' });
    await lock(destination, holder);
    expect(tryLock()).toEqual({ state: 'held-by-other', holder });
  });

  test('is told so even where it may not write', async () => {
    chmodSync(destination, 0o755);
    const holder = holderOf({ job: 'ours' });
    await lock(destination, holder);
    expect(tryLock()).toEqual({ state: 'held-by-other', holder });
  });

  test('takes over what a crashed run of ours left', () => {
    chownSync(destination, nobody, nobody);
    plant(holderOf({ startTime: 'gone' }));
    chownSync(join(destination, '.daybreak'), nobody, nobody);
    expect(tryLock()).toMatchObject({ state: 'held-by-us' });
  });

  test('owns the folder of the lock where it owns the destination, so that it can remove what we leave', async () => {
    chownSync(destination, nobody, nobody);
    await lock(destination, holderOf());
    expect(statSync(join(destination, '.daybreak')).uid).toBe(nobody);
  });

  test('leaves a lock that we respect, while its process lives', async () => {
    const theirs = spawn(
      'setpriv',
      [
        '--reuid',
        String(nobody),
        '--regid',
        String(nobody),
        '--clear-groups',
        process.execPath,
        '--input-type=module',
        '-e',
        script(`await lock(${JSON.stringify(destination)}, holder); console.log("locked"); setInterval(() => {}, 1000);`),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' },
    );
    await once(theirs.stdout, 'data');
    expect(await lock(destination, holderOf())).toMatchObject({
      state: 'held-by-other',
      holder: { job: 'theirs', pid: theirs.pid },
    });
    theirs.kill('SIGKILL');
    await once(theirs, 'exit');
    expect(await lock(destination, holderOf())).toMatchObject({ state: 'held-by-us' });
    expect(existsSync(lockFile)).toBe(true);
  });
});
