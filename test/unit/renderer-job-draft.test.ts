import { describe, expect, it } from 'vitest';
import { JobOptions } from '../../src-shared/job.ts';
import { JobNotify } from '../../src-shared/notify.ts';
import { Schedule } from '../../src-shared/schedule.ts';
import {
  type Draft, draftOf, emptyDraft, excludeProblem, isChanged, nameOf, pathSyntaxProblem, problemsOf, tidyPath, toJobDraft, withPasted,
} from '../../src-renderer/views/job/draft.ts';

function draft(change: Partial<Omit<Draft, 'options'>> & { options?: Partial<JobOptions> } = {}): Draft {
  return { ...emptyDraft(), source: '/data/prod', destination: '/mnt/nas/prod', ...change, options: { ...emptyDraft().options, ...change.options } };
}

describe('a draft', () => {
  it('can be saved after source and destination alone, and then deletes nothing', () => {
    expect(problemsOf(draft(), [])).toEqual([]);
    expect(toJobDraft(draft(), [])).toEqual({ name: 'prod', source: '/data/prod', destination: '/mnt/nas/prod', options: JobOptions.parse({}), schedule: null, notify: JobNotify.parse({}) });
    expect(toJobDraft(draft(), []).options.mirror).toBe(false);
  });

  it('tells first what is missing in the first step', () => {
    expect(problemsOf(emptyDraft(), []).map(({ step, field }) => [step, field])).toEqual([['source', 'source'], ['destination', 'destination']]);
  });

  it.each([
    ['a relative source', draft({ source: 'data/prod' }), 'source', /beginning with \//u],
    ['a NUL in the destination', draft({ destination: '/mnt/\0' }), 'destination', /NUL/u],
    ['an exclude that rsync takes for a rule', draft({ options: { excludes: ['*.tmp', '+ keep'] } }), 'excludes', /must not start with "\+ "/u],
    ['a mirror that keeps files without a folder', draft({ options: { mirror: true, backup: true } }), 'backupDir', /needs a folder/u],
    ['a folder for kept files that is not chosen', draft({ options: { backup: true, backupDir: '' } }), 'backupDir', /Choose the folder/u],
    ['kept files beside a trash', draft({ options: { backup: true, trashDays: 30 } }), 'backupDir', /not in both/u],
    ['a schedule without a day', draft({ schedule: { ...Schedule.parse({ rhythm: { kind: 'daily', at: '22:00' } }), rhythm: { kind: 'weekly', days: [], at: '22:00' } } }), 'schedule', /at least one day/u],
    ['an empty name', draft({ name: '  ' }), 'name', /name/u],
    ['a number out of its range', draft({ options: { workers: 65 } }), 'numbers', /64/u],
  ])('with %s cannot be saved, and says why', (_what, wrong, field, words) => {
    const [first, ...others] = problemsOf(wrong, []);
    expect(others).toEqual([]);
    expect(first?.field).toBe(field);
    expect(first?.message).toMatch(words);
  });

  it('does not save the folder for kept files when none are kept', () => {
    const kept = draft({ options: { backup: false, backupDir: 'left over from typing' } });
    expect(problemsOf(kept, [])).toEqual([]);
    expect(toJobDraft(kept, []).options.backupDir).toBeNull();
  });

  it('is changed by any value, and not when a value is put back', () => {
    const start = draft();
    expect(isChanged(draft(), start)).toBe(false);
    expect(isChanged(draft({ options: { excludes: ['*.tmp'] } }), start)).toBe(true);
    expect(isChanged(draft({ name: 'x' }), start)).toBe(true);
  });

  it('of a job keeps all of its values', () => {
    const options = JobOptions.parse({ mirror: true, excludes: ['/scratch/'], bandwidthLimit: 5_000_000, deleteLimit: { kind: 'count', limit: 10 }, workers: 8, further: ['acls'] });
    const schedule = Schedule.parse({ rhythm: { kind: 'weekly', days: [0, 6], at: '03:15' }, timeZone: 'Europe/Berlin', finishBy: '09:00', missed: 'ask', overlap: 'skip' });
    const job = { id: 'a', kind: 'saved' as const, name: 'Prod', source: '/data/prod', destination: '/mnt/nas/prod', options, schedule, notify: JobNotify.parse({ on: 'never', silentHours: 30 }) };
    expect(toJobDraft(draftOf(job), ['Prod'])).toEqual({ name: 'Prod', source: job.source, destination: job.destination, options, schedule, notify: job.notify });
  });
});

describe('the name of a job nobody named', () => {
  it('follows the source, and avoids names there are', () => {
    expect(nameOf(draft({ source: '/data/omega' }), [])).toBe('omega');
    expect(nameOf(draft({ source: '/data/omega' }), ['omega', 'omega 2'])).toBe('omega 3');
    expect(nameOf(draft({ source: '/' }), [])).toBe('Whole system');
    expect(nameOf(emptyDraft(), [])).toBe('');
  });

  it('is left alone once it was typed', () => {
    expect(nameOf(draft({ name: 'Nightly' }), ['Nightly'])).toBe('Nightly');
  });
});

describe('a paste', () => {
  it('fills what it says and leaves the rest as it was', () => {
    const before = draft({ name: 'Nightly', options: { excludes: ['*.bak'], workers: 4 } });
    const after = withPasted(before, { source: '/srv', destination: null, name: null, options: { mirror: true, excludes: ['*.tmp'] } });
    expect(after).toEqual({ ...before, source: '/srv', options: { ...before.options, mirror: true, excludes: ['*.tmp'] } });
  });

  it('that keeps replaced files takes the place of the trash', () => {
    const pasted = { source: null, destination: null, name: null, options: { backup: true, backupDir: '/mnt/nas/old' } };
    const after = withPasted(draft({ options: { trashDays: 30 } }), pasted);
    expect(after.options).toMatchObject({ backup: true, backupDir: '/mnt/nas/old', trashDays: null });
    expect(problemsOf(after, [])).toEqual([]);
  });
});

describe('what is typed', () => {
  it.each([['/data/prod/', '/data/prod'], ['  /data ', '/data'], ['/', '/'], ['//', '/'], ['', '']])('%j becomes %j', (typed, tidy) => {
    expect(tidyPath(typed)).toBe(tidy);
  });

  it('is a path only when it begins at the top', () => {
    expect(pathSyntaxProblem('~/data')).toMatch(/beginning with/u);
    expect(pathSyntaxProblem('/data')).toBeNull();
    expect(pathSyntaxProblem(`/${'a'.repeat(4096)}`)).toMatch(/too long/u);
  });

  it('is no pattern twice', () => {
    expect(excludeProblem('*.tmp', ['*.tmp'])).toMatch(/already/u);
    expect(excludeProblem('*.tmp', [])).toBeNull();
    expect(excludeProblem('', [])).toMatch(/empty/u);
  });
});
