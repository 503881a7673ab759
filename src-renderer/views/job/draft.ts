import { validateExclude } from '../../../src-shared/exclude-pattern.ts';
import type { Job } from '../../../src-shared/job.ts';
import { JobDraft, JobOptions } from '../../../src-shared/job.ts';
import { JobNotify } from '../../../src-shared/notify.ts';
import type { Schedule } from '../../../src-shared/schedule.ts';
import { scheduleProblem, toSchedule } from './schedule-draft.ts';

/** The steps of the wizard, in their order. */
export const steps = ['source', 'destination', 'how', 'when', 'start'] as const;
export type Step = (typeof steps)[number];

/** Places where a person puts something in, as problems name them. */
export type Field = 'source' | 'destination' | 'excludes' | 'backupDir' | 'schedule' | 'name' | 'numbers';

/** What is filled in so far; a path that is not chosen yet is ''. `name` is null while it follows the source. */
export interface Draft {
  readonly source: string;
  readonly destination: string;
  readonly options: JobOptions;
  /** May hold times that are not typed to their end. */
  readonly schedule: Schedule | null;
  readonly notify: JobNotify;
  readonly name: string | null;
}

export interface DraftProblem {
  readonly step: Step;
  readonly field: Field;
  readonly message: string;
}

/** What was read out of a pasted command: see src-shared/paste. */
export interface PastedValues {
  readonly source: string | null;
  readonly destination: string | null;
  readonly options: Partial<JobOptions>;
  readonly name: string | null;
}

/** A job with nothing chosen: nothing is deleted, everything is copied, the engine picks its pool size. */
export function emptyDraft(): Draft {
  return { source: '', destination: '', options: JobOptions.parse({}), schedule: null, notify: JobNotify.parse({}), name: null };
}

/** The values of a job, to be changed. */
export function draftOf(job: Job): Draft {
  return { source: job.source, destination: job.destination, options: job.options, schedule: job.schedule, notify: job.notify, name: job.name };
}

/** Takes over what a paste says; what it does not say stays as it is. */
export function withPasted(draft: Draft, pasted: PastedValues): Draft {
  const options = { ...draft.options, ...pasted.options };
  return {
    ...draft,
    source: pasted.source ?? draft.source,
    destination: pasted.destination ?? draft.destination,
    // Replaced files can be kept in one way only: what the command says is meant.
    options: pasted.options.backup === true ? { ...options, trashDays: null } : options,
    name: pasted.name ?? draft.name,
  };
}

/** Whether something would be lost by leaving. A chosen pool size, a pattern, a name: everything counts. */
export function isChanged(draft: Draft, start: Draft): boolean {
  return JSON.stringify(draft) !== JSON.stringify(start);
}

/** The name a job gets when nobody gives it one: that of its source's folder, with a number where `taken` has it. */
export function nameOf(draft: Draft, taken: readonly string[]): string {
  if (draft.name !== null) return draft.name;
  const last = draft.source.split('/').findLast((part) => part !== '') ?? '';
  const base = (last === '' && draft.source !== '' ? 'Whole system' : last).slice(0, 90);
  let name = base;
  for (let number = 2; name !== '' && taken.includes(name); number++) name = `${base} ${number}`;
  return name;
}

/** All that keeps a draft from being saved, in the order of the steps. */
export function problemsOf(draft: Draft, taken: readonly string[]): DraftProblem[] {
  const { options } = draft;
  const found: (DraftProblem | null)[] = [
    pathProblem('source', draft.source, 'Choose the folder to back up.'),
    pathProblem('destination', draft.destination, 'Choose the folder the backup goes to.'),
    ...options.excludes.map((pattern) => problem('how', 'excludes', excludeProblem(pattern, []))),
    problem('how', 'backupDir', backupDirProblem(options)),
    problem('when', 'schedule', scheduleProblem(draft.schedule)),
    problem('start', 'name', nameProblem(nameOf(draft, taken), draft.source)),
  ];
  const known = found.filter((each) => each !== null);
  if (known.length > 0) return known;
  // What no sentence above covers (a number out of its range): the declaration of a job has the last word.
  const parsed = JobDraft.safeParse({ ...draft, schedule: toSchedule(draft.schedule), name: nameOf(draft, taken) });
  return parsed.success ? [] : [{ step: 'how', field: 'numbers', message: parsed.error.issues[0]?.message ?? 'A value cannot be used.' }];
}

/** The draft as it is saved. Only for a draft without problems: throws `ZodError` otherwise. */
export function toJobDraft(draft: Draft, taken: readonly string[]): JobDraft {
  const { options } = draft;
  return JobDraft.parse({
    name: nameOf(draft, taken),
    source: draft.source,
    destination: draft.destination,
    options: { ...options, backupDir: options.backup ? options.backupDir : null },
    schedule: toSchedule(draft.schedule),
    notify: draft.notify,
  });
}

/** Why a pattern cannot be added to `present`, in a sentence; null when it can. */
export function excludeProblem(pattern: string, present: readonly string[]): string | null {
  if (present.includes(pattern)) return `“${pattern}” is left out already.`;
  const reason = validateExclude(pattern);
  return reason === null ? null : `${reason}.`;
}

/** Why a path cannot be meant, in a sentence; null when it can. */
export function pathSyntaxProblem(path: string): string | null {
  if (!path.startsWith('/')) return 'Give the whole path, beginning with /.';
  if (path.includes('\0')) return 'A path cannot hold a NUL character.';
  if (path.length > 4096) return 'This path is too long: at most 4,096 characters.';
  return null;
}

/** A path as a person typed or pasted it: without blanks around it and without a slash at its end. */
export function tidyPath(typed: string): string {
  const trimmed = typed.trim();
  return trimmed.length > 1 ? trimmed.replace(/\/+$/u, '') || '/' : trimmed;
}

function pathProblem(step: 'source' | 'destination', path: string, whenEmpty: string): DraftProblem | null {
  return problem(step, step, path === '' ? whenEmpty : pathSyntaxProblem(path));
}

function backupDirProblem({ backup, backupDir, mirror, trashDays }: JobOptions): string | null {
  if (!backup) return null;
  if (trashDays !== null) return 'Replaced files go to the trash already: keep them there or in a folder, not in both.';
  if (backupDir === null) return mirror ? 'A mirror needs a folder for the files it replaces or deletes.' : null;
  return backupDir === '' ? 'Choose the folder for replaced files.' : pathSyntaxProblem(backupDir);
}

function nameProblem(name: string, source: string): string | null {
  // Without a source there is no name yet, and the source is what is missing.
  if (name.trim() === '') return source === '' ? null : 'Give the job a name.';
  return name.trim().length > 100 ? 'A name has at most 100 characters.' : null;
}

function problem(step: Step, field: Field, message: string | null): DraftProblem | null {
  return message === null ? null : { step, field, message };
}
