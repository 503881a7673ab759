import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ByteName } from '../../src-shared/byte-name.ts';
import type { Mount } from '../../src-shared/passport.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { errorOf, plainOptions, temporaryFolder } from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let store: Store;
let jobId: string;
let other: string;
beforeEach(() => {
  temporary = temporaryFolder();
  store = openStore(temporary.path);
  jobId = store.jobs.adHocJob('/data', '/backup', plainOptions, 1).id;
  other = store.jobs.adHocJob('/home', '/backup2', plainOptions, 1).id;
});
afterEach(() => {
  store.close();
  temporary.remove();
});

function reopen(): void {
  store.close();
  store = openStore(temporary.path);
}

/** Every byte a name can have but NUL and slash. */
const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
const anyBytes = bytes.filter((byte) => byte !== '/').join('') as ByteName;

test('sizes of folders come back byte for byte, and replace those of the run before', () => {
  store.learned.replaceFolders(other, [{ path: 'mine' as ByteName, entries: 1, bytes: 1 }]);
  store.learned.replaceFolders(jobId, [{ path: 'old' as ByteName, entries: 9, bytes: 9 }]);
  store.learned.replaceFolders(jobId, [
    { path: '' as ByteName, entries: 100, bytes: 2 ** 50 },
    { path: anyBytes, entries: 3, bytes: 4.6 },
    { path: '' as ByteName, entries: 101, bytes: 5 },
  ]);
  reopen();
  expect(store.learned.folders(jobId)).toEqual([{ path: '', entries: 101, bytes: 5 }, { path: anyBytes, entries: 3, bytes: 5 }]);
  expect(store.learned.folders(other)).toEqual([{ path: 'mine', entries: 1, bytes: 1 }]);
});

test('when the new sizes cannot be taken over, the old ones stay', () => {
  store.learned.replaceFolders(jobId, [{ path: 'old' as ByteName, entries: 9, bytes: 9 }]);
  function* broken() {
    yield { path: 'new' as ByteName, entries: 1, bytes: 1 };
    throw new Error('the walk was lost');
  }
  expect(() => store.learned.replaceFolders(jobId, broken())).toThrow('the walk was lost');
  expect(store.learned.folders(jobId)).toEqual([{ path: 'old', entries: 9, bytes: 9 }]);
});

test('costs of full and incremental runs are kept apart', () => {
  expect(store.learned.costs(jobId)).toEqual({ full: null, incremental: null });
  store.learned.setCosts(jobId, 'full', { msPerEntry: 1, bytesPerMs: 2 });
  store.learned.setCosts(jobId, 'incremental', { msPerEntry: 0.03125, bytesPerMs: 1e6 });
  store.learned.setCosts(jobId, 'full', { msPerEntry: 1.5, bytesPerMs: 2 });
  reopen();
  expect(store.learned.costs(jobId)).toEqual({
    full: { msPerEntry: 1.5, bytesPerMs: 2 }, incremental: { msPerEntry: 0.03125, bytesPerMs: 1e6 },
  });
  expect(store.learned.costs(other).full).toBeNull();
});

test('whether there are files with several names is known after a run that looked', () => {
  expect(store.learned.hasLinks(jobId)).toBeNull();
  store.learned.setHasLinks(jobId, false);
  store.learned.setHasLinks(other, true);
  reopen();
  expect([store.learned.hasLinks(jobId), store.learned.hasLinks(other)]).toEqual([false, true]);
  const draft = { name: 'Saved', source: '/data', destination: '/elsewhere', options: plainOptions, schedule: null, notify: undefined };
  store.jobs.update(jobId, draft, 2);
  expect(store.learned.hasLinks(jobId)).toBe(false);
  // Another source has not been seen.
  store.jobs.update(jobId, { ...draft, source: '/other' }, 3);
  expect(store.learned.hasLinks(jobId)).toBeNull();
});

test('passports of both ends are those of the last good run', () => {
  const mount = (source: string): Mount => ({ point: '/m\u00fc', type: 'nfs4', source, root: '/', uuid: null });
  const passports = (source: string) => ({
    source: { path: '/data', mount: mount(source), inside: [mount('a'), mount('b')] },
    destination: { path: '/backup', mount: mount('/dev/sdb1'), inside: [] },
  });
  expect(store.learned.passports(jobId)).toBeNull();
  store.learned.setPassports(jobId, passports('old:/export'));
  store.learned.setPassports(jobId, passports('nas:/export'));
  reopen();
  expect(store.learned.passports(jobId)).toEqual(passports('nas:/export'));
  expect(store.learned.passports(other)).toBeNull();
});

test('the best size of a pool is kept for each pair of devices and kind of run, whatever the job', () => {
  expect(store.learned.poolSize('disk', 'nas', 'full')).toBeNull();
  store.learned.setPoolSize('disk', 'nas', 'full', 48);
  store.learned.setPoolSize('disk', 'nas', 'incremental', 6);
  store.learned.setPoolSize('usb', 'nas', 'full', 2);
  store.learned.setPoolSize('disk', 'nas', 'full', 24);
  store.jobs.delete(jobId);
  reopen();
  expect(store.learned.poolSize('disk', 'nas', 'full')).toBe(24);
  expect(store.learned.poolSize('disk', 'nas', 'incremental')).toBe(6);
  expect(store.learned.poolSize('usb', 'nas', 'full')).toBe(2);
  expect(store.learned.poolSize('nas', 'disk', 'full')).toBeNull();
});

test('a job that is not there is not found', () => {
  expect(errorOf(() => store.learned.folders('gone'))).toMatchObject({ kind: 'not-found', message: 'There is no job gone.' });
  expect(errorOf(() => store.learned.setCosts('gone', 'full', { msPerEntry: 1, bytesPerMs: 1 })).kind).toBe('not-found');
});
