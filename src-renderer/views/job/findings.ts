import type { ErrorData } from '../../../src-shared/errors.ts';
import type { PlaceCheck, SplitPreview } from '../../../src-shared/place.ts';
import { formatBytes, formatCount } from '../../format.ts';
import type { Draft, Field, Step } from './draft.ts';
import { fieldOfError } from './place-errors.ts';

/** One thing that was found, as the doctor shows it. */
export interface Finding {
  readonly level: 'good' | 'info' | 'warning' | 'problem';
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A problem with the step that can mend it. */
export interface StepFinding extends Finding {
  readonly step: Step;
  readonly field: Field | null;
}

/** What stands in the way of the source. */
export function sourceFindings(check: PlaceCheck | null, failure: ErrorData | null, draft: Draft): Finding[] {
  if (failure) return [asFinding(failure)];
  return (check?.problems ?? []).filter((problem) => fieldOfError(problem, draft) === 'source').map(asFinding);
}

/** All that was found of the destination, worst first: what is wrong, what to know, and what it makes easy. */
export function destinationFindings(check: PlaceCheck | null, failure: ErrorData | null, draft: Draft, split: SplitPreview | null): Finding[] {
  if (failure) return [asFinding(failure)];
  if (!check) return [];
  const problems = check.problems.filter((problem) => !elsewhere(fieldOfError(problem, draft))).map(asFinding);
  const notices: Finding[] = check.notices.map(({ level, message, hint }) => ({ level, message, hint }));
  return byLevel([...problems, ...notices, ...room(check, split), ...(problems.length === 0 ? prospects(check, draft) : [])]);
}

/** Everything that would stop a run, with the step that can mend it. */
export function allProblems(check: PlaceCheck | null, draft: Draft): StepFinding[] {
  return (check?.problems ?? []).map((problem) => ({ ...asFinding(problem), step: stepOf(fieldOfError(problem, draft)), field: fieldOfError(problem, draft) }));
}

/** The step a field is in; what belongs to none is told where both places are known. */
export function stepOf(field: Field | null): Step {
  switch (field) {
    case 'source': return 'source';
    case 'destination':
    case null: return 'destination';
    case 'schedule': return 'when';
    case 'name': return 'start';
    case 'excludes':
    case 'backupDir':
    case 'numbers': return 'how';
  }
}

function elsewhere(field: Field | null): boolean {
  return field === 'source' || field === 'backupDir';
}

/** What the first run will do here. */
function prospects({ destination, adopts, asksFirst }: PlaceCheck, { source }: Draft): Finding[] {
  const found: Finding[] = [];
  if (adopts) {
    found.push({
      level: 'good', message: 'There is a backup here already. It is taken over: what is the same is not copied again.',
      hint: 'Its files are compared by size and time, as rsync does.',
    });
  }
  if (asksFirst) {
    found.push({
      level: 'warning', message: `The first run would delete what is here and not in ${source === '' ? 'the source' : source}.`,
      hint: 'It shows every name and asks before it deletes anything.',
    });
  }
  if (destination?.kind === 'missing' && destination.parentExists) found.push({ level: 'good', message: 'This folder is not there yet. It is made when the first run starts.' });
  if (destination?.kind === 'folder' && destination.isEmpty) found.push({ level: 'good', message: 'This folder is empty and ready.' });
  return found;
}

/** Whether the source fits. A folder that holds a backup already needs less than the whole, and how much less only a run can tell. */
function room({ destination, adopts, problems }: PlaceCheck, split: SplitPreview | null): Finding[] {
  if (!destination || destination.freeBytes <= 0 || problems.some((problem) => problem.kind === 'no-space')) return [];
  const free = formatBytes(destination.freeBytes);
  if (!split?.isWhole) return [{ level: 'info', message: `${free} free.` }];
  const needed = `${formatBytes(split.bytes)} in ${formatCount(split.entries)} entries`;
  if (split.bytes <= destination.freeBytes) return [{ level: 'good', message: `${free} free; the source has about ${needed}.` }];
  if (adopts) return [{ level: 'info', message: `${free} free; the source has about ${needed}, of which some is here already.` }];
  return [{
    level: 'warning', message: `The source may not fit: it has about ${needed}, and ${free} are free.`,
    hint: 'Choose a larger volume, or leave something out.',
  }];
}

function asFinding({ message, hint }: ErrorData): Finding {
  return { level: 'problem', message, hint };
}

const order = ['problem', 'warning', 'good', 'info'] as const;

function byLevel(findings: readonly Finding[]): Finding[] {
  return order.flatMap((level) => findings.filter((finding) => finding.level === level));
}
