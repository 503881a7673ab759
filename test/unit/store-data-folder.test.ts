import { expect, test } from 'vitest';
import { dataFolder } from '../../src-main/core/store/data-folder.ts';
import { errorOf } from '../fixtures/databases/samples.ts';

test('the data folder follows DAYBREAK_HOME, then XDG_DATA_HOME, then the home folder', () => {
  expect(dataFolder({ DAYBREAK_HOME: '/srv/daybreak/', XDG_DATA_HOME: '/x' }, 'linux', '/home/ann')).toBe('/srv/daybreak');
  expect(dataFolder({ DAYBREAK_HOME: '', XDG_DATA_HOME: '/x/' }, 'linux', '/home/ann')).toBe('/x/daybreak');
  expect(dataFolder({}, 'linux', '/home/ann')).toBe('/home/ann/.local/share/daybreak');
  expect(dataFolder({}, 'freebsd', '/home/ann')).toBe('/home/ann/.local/share/daybreak');
  expect(dataFolder({ XDG_DATA_HOME: '/x' }, 'darwin', '/Users/ann')).toBe('/Users/ann/Library/Application Support/Daybreak');
});

test('a relative XDG_DATA_HOME is ignored, a relative DAYBREAK_HOME refused', () => {
  expect(dataFolder({ XDG_DATA_HOME: 'x' }, 'linux', '/home/ann')).toBe('/home/ann/.local/share/daybreak');
  const error = errorOf(() => dataFolder({ DAYBREAK_HOME: 'data' }, 'linux', '/home/ann'));
  expect(error).toMatchObject({ kind: 'invalid-input', message: 'DAYBREAK_HOME is "data", which is not an absolute path.' });
});

test('without a home folder it says what to set', () => {
  expect(errorOf(() => dataFolder({}, 'linux', '')).hint).toContain('DAYBREAK_HOME');
  expect(dataFolder({ DAYBREAK_HOME: '/d' }, 'linux', '')).toBe('/d');
});
