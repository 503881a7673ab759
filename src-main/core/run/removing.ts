import { parentOf, ROOT, topOf, type ByteName } from '../../../src-shared/byte-name.ts';
import { toAppError } from '../../../src-shared/errors.ts';
import type { Change } from '../../../src-shared/rsync-result.ts';
import { nextUnitState } from '../../../src-shared/unit.ts';
import { unitCall } from '../rsync/args.ts';
import { noteHeld, noteRemoval } from '../protection/folder-facts.ts';
import { display } from '../rsync/byte-name.ts';
import { inPortions, judgeRemovals, type Held } from '../safety/brake.ts';
import { folderName } from '../safety/mass-change.ts';
import { amountsByTop, keptAmounts } from './kept.ts';
import { addRemoved } from './changed.ts';
import { shownName } from './changes.ts';
import { callContext, record, tryUnit, type UnitProgress } from './copying.ts';
import { isEnding, type RunContext } from './context.ts';
import { plainCall } from './pool.ts';
import { runOptions } from './run-options.ts';
import type { Passports } from './same-place.ts';
import { listStrangers } from './strangers.ts';

/** Names told with a held or previewed removal; more are only counted. */
const mostNamesTold = 10_000;
/** Names handed to the scout at once, so that a cancel comes through between two. */
const removalsAtOnce = 2000;

/**
 * The second half of a mirror run, after everything is copied: asks rsync what it would remove, lets the brake judge the
 * whole list, checks each name at the source, and removes exactly those; nothing once a mount of `passports` has changed. Then the same units are copied again, which
 * gives folders their times back and fills places where a folder had to make way. True where anything may have been written.
 *
 * rsync itself is never let loose with --delete: should the source vanish at this very moment, only names that were
 * judged can go.
 */
export async function removeVanished(context: RunContext, passports: Passports): Promise<boolean> {
  const units = [...context.units];
  const pending = units.filter((unit) => unit.state === 'pending-deletes');
  if (pending.length === 0 || isEnding(context)) return false;
  const obstacle = whyNothingMayGo(units);
  if (obstacle) {
    for (const unit of pending) unit.state = nextUnitState(unit.state, 'skip-deletes');
    context.warn(obstacle.message, obstacle.hint);
    return false;
  }
  const listed = await listRemovals(context, pending);
  if (isEnding(context)) return false;
  const { allowed, held } = await judge(context, [...listed.values()].flatMap(({ names }) => names));
  tellHeld(context, held);
  const removed = await remove(context, allowed, passports);
  if (isEnding(context)) return true;
  const heldNames = new Set(held.flatMap((each) => each.removals.map((removal) => removal.name)));
  // Side by side, but each after those it waited for the first time: what made way may be a folder's place.
  const ends = new Map<number, Promise<void>>();
  for (const progress of pending) {
    const { names, isCompared } = listed.get(progress) ?? { names: [], isCompared: false };
    const isHeld = names.some((change) => heldNames.has(change.name));
    if (isHeld && !names.some((change) => removed.has(change.name))) progress.state = nextUnitState(progress.state, 'hold');
    else {
      // 25 (rsync(1), --max-delete): nothing but removals was left to do.
      const only = isCompared && progress.result?.code === 25 ? foldersThatLost(names, removed) : null;
      ends.set(progress.unit.id, Promise.all(progress.unit.after.flatMap((id) => ends.get(id) ?? [])).then(() => copyAgain(context, progress, { isHeld, only })));
    }
  }
  await Promise.all(ends.values());
  return true;
}

/** After a preview of a mirror: tells what the brake would hold. */
export async function previewBrake(context: RunContext): Promise<void> {
  if (context.previewed.length === 0 || isEnding(context)) return;
  const { held } = await judge(context, context.previewed);
  tellHeld(context, held);
}

/** A listing that failed may hide names that are still there: then nothing is removed anywhere, as in one rsync. */
function whyNothingMayGo(units: readonly UnitProgress[]): { message: string; hint: string } | null {
  const unread = units.find((unit) => unit.result?.facts.ioError);
  if (unread) {
    const line = unread.result?.lastLines.find((each) => each.includes('failed')) ?? 'I/O error';
    const side = line.includes('[generator]') ? 'destination' : 'source';
    return {
      message: `Nothing was deleted: a folder of the ${side} could not be read, so what looks gone may still be there.`,
      hint: `Make it readable and run again. rsync said: ${line}`,
    };
  }
  if (units.some((unit) => unit.state === 'failed')) {
    return {
      message: 'Nothing was deleted: part of the copy failed, and deletions come only after everything is copied.',
      hint: 'Mend what failed and run again.',
    };
  }
  return null;
}

/** What a unit would remove. `isCompared`: found without rsync, in a unit where nothing has to make way for anything. */
interface Listed {
  readonly names: readonly Change[];
  readonly isCompared: boolean;
}

/** What rsync would remove, unit by unit: its own answer, so that filters and protected files mean what they mean to it. */
async function listRemovals(context: RunContext, pending: readonly UnitProgress[]): Promise<Map<UnitProgress, Listed>> {
  const listed = new Map<UnitProgress, Listed>();
  await Promise.all(pending.map(async (progress) => {
    const known = await listCompared(context, progress);
    if (known) {
      listed.set(progress, { names: known, isCompared: true });
      return;
    }
    const removals: Change[] = [];
    const end = await context.pool.run({
      unit: progress.unit.id,
      weight: progress.unit.weight,
      message: () => ({ ...plainCall(unitCall(progress.unit, callContext(context, 'preview'))), reportChanges: true }),
      onChanges: (changes) => {
        for (const change of changes) if (change.code === '*deleting') removals.push(change);
      },
    });
    // A list that is not whole is no list: what it misses would be judged as staying.
    const isWhole = end.result !== null && (end.result.code === 0 || end.result.code === 23 || end.result.code === 24);
    listed.set(progress, { names: isWhole && !end.result?.facts.ioError ? removals : [], isCompared: false });
  }));
  return listed;
}

/** The same list of a unit whose both sides were compared, without an rsync; null where only rsync can tell. */
function listCompared(context: RunContext, { unit, result }: UnitProgress): Promise<readonly Change[] | null> {
  if (result?.ranInstead === undefined) return Promise.resolve(null);
  const isDeep = unit.kind === 'group';
  return listStrangers(context, isDeep ? unit.names : [unit.folder], isDeep);
}

async function judge(context: RunContext, listed: readonly Change[]) {
  const { source, destination } = context.job;
  const gone = new Map<ByteName, number>();
  const emptied: ByteName[] = [];
  for (const removals of inPortions(listed, removalsAtOnce)) {
    const answer = await context.scout().ask({ op: 'check-removals', source, destination, removals });
    for (const { name, bytes, goneAtSource, there } of answer.checks) if (goneAtSource && there) gone.set(name, bytes);
    emptied.push(...answer.emptied);
  }
  const removals = listed.filter(({ name }) => gone.has(name)).map((change) => ({ ...change, bytes: gone.get(change.name) ?? 0 }));
  const approved = context.request.approved ?? new Set();
  const seen = removals.filter((removal) => approved.has(shownName(removal)));
  const unseen = removals.filter((removal) => !approved.has(shownName(removal)));
  const history = context.job.id === '' ? new Map() : context.store.alarms.shares(context.job.id, context.run || Number.MAX_SAFE_INTEGER);
  const { allowed, held } = judgeRemovals({ removals: unseen, emptied, ...(await keptBeside(context, removals)), limit: context.deleteLimit, history });
  const { mayGo, last } = keepLastCopies(context, [...seen, ...allowed]);
  return { allowed: mayGo, held: [...held, ...last] };
}

/** Where files change as never before, what is gone may be what they were: without a trash it is the last good copy. */
function keepLastCopies(context: RunContext, removals: readonly Change[]): { mayGo: readonly Change[]; last: Held<Change>[] } {
  const { alarmedTops, trashFolder } = context;
  if (alarmedTops.size === 0 || trashFolder !== null) return { mayGo: removals, last: [] };
  const topOfRemoval = ({ name, isFolder }: Change) => (name.includes('/') || isFolder ? topOf(name) : ROOT);
  const groups = Map.groupBy(removals, (removal) => alarmedTops.has(topOfRemoval(removal)) ? topOfRemoval(removal) : null);
  const last = [...groups].flatMap(([top, items]): Held<Change>[] => (top === null ? [] : [{
    reason: `${folderName(top)}: files there changed as never before, and what is gone may be the last good copy`, removals: items, entries: items.length,
    bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
  }]));
  return { mayGo: groups.get(null) ?? [], last };
}

/** What stays, by top folder: from rsync's counts, and counted at the destination for tops that shared a unit. */
async function keptBeside(context: RunContext, removals: readonly Change[]) {
  const { byTop, total, createdBySpanning } = keptAmounts(context.units, context.settled.kept);
  const going = amountsByTop(removals);
  const tops = [...going.keys()].filter((top) => !byTop.has(top));
  const { counts } = await context.scout().ask({ op: 'count', destination: context.job.destination, tops });
  for (const { top, entries, bytes } of counts) {
    const gone = going.get(top) ?? { entries: 0, bytes: 0 };
    const made = createdBySpanning.get(top) ?? { entries: 0, bytes: 0 };
    byTop.set(top, { entries: Math.max(0, entries - gone.entries - made.entries), bytes: Math.max(0, bytes - gone.bytes - made.bytes) });
  }
  return { keptPerTop: byTop, keptInTotal: total };
}

function tellHeld(context: RunContext, held: readonly Held[]): void {
  rememberHeld(context, held);
  for (const { reason, removals } of held) {
    context.totals.held += removals.length;
    noteHeld(context.folders, removals);
    context.emit({
      type: 'held', reason, entries: removals.length, bytes: removals.reduce((sum, removal) => sum + removal.bytes, 0),
      names: removals.slice(0, mostNamesTold).map(shownName),
    });
    // For the history; those who watch have just had the event.
    context.notices.push({
      level: 'warning', message: `Held: ${reason}`,
      hint: `Look at the list. If they should go, approve them${context.run > 0 ? ` (or: daybreak approve ${context.run})` : ''}, or run again with --max-delete and the number you allow.`,
    });
  }
}

/** Keeps what waits for approval, so that it can be given after a restart as well. */
function rememberHeld(context: RunContext, held: readonly Held[]): void {
  const { store, run } = context;
  if (run === 0 || held.length === 0) return;
  try {
    store.held.put(run, held.map(({ reason, removals, bytes }) => ({
      reason, entries: removals.length, bytes, names: removals.slice(0, mostNamesTold).map(shownName),
    })));
  } catch (thrown) {
    context.warn(`What was held is not in the history: ${toAppError(thrown).message}`);
  }
}

/** Removes the allowed names; returns those that are gone. */
async function remove(context: RunContext, allowed: readonly Change[], passports: Passports): Promise<Set<ByteName>> {
  const { source, destination } = context.job;
  const options = runOptions(context);
  const gone = new Set<ByteName>();
  // Whole chunks deepest first: a folder's chunk must not come before that of what lies in it.
  const ordered = [...allowed].sort((a, b) => depthOf(b.name) - depthOf(a.name));
  for (let index = 0; index < ordered.length && !isEnding(context); index += removalsAtOnce) {
    const removals = ordered.slice(index, index + removalsAtOnce);
    const answer = await context.scout().ask({
      op: 'remove', source, destination, removals, passports,
      backupDir: options.backup ? options.backupDir : null, keepBeside: options.backup && options.backupDir === null,
    });
    context.totals.deleted += answer.removed;
    const failed = new Set(answer.failed.map(({ name }) => name));
    const removed = removals.filter(({ name }) => !failed.has(name));
    addRemoved(context.changedByTop, removed);
    for (const removal of removed) {
      gone.add(removal.name);
      noteRemoval(context.folders, removal);
    }
    for (const { name, reason } of answer.failed.filter(isWorthAWord).slice(0, 20)) {
      context.warn(`${display(name)} could not be removed: ${reason}`);
    }
  }
  return gone;
}

/** A folder that keeps what an exclude protects stays, as it does with one rsync. */
function isWorthAWord({ reason }: { reason: string }): boolean {
  return !reason.includes('not empty');
}

function depthOf(name: ByteName): number {
  return name === ROOT ? 0 : name.split('/').length;
}

/** The folders that lost a name and still stand. The root gets its time back at the end of the run. */
function foldersThatLost(names: readonly Change[], removed: ReadonlySet<ByteName>): ByteName[] {
  const folders = new Set(names.filter(({ name }) => removed.has(name)).map(({ name }) => parentOf(name)));
  return [...folders].filter((folder) => folder !== ROOT && !removed.has(folder));
}

/**
 * The unit once more, after its removals; or `only` these folders of it. What it still finds to remove came up meanwhile, and
 * waits for the next run.
 */
async function copyAgain(context: RunContext, progress: UnitProgress, { isHeld, only }: { isHeld: boolean; only: readonly ByteName[] | null }): Promise<void> {
  progress.state = nextUnitState(progress.state, 'delete');
  const { created, result, links } = progress;
  // One that could not link is not asked to now: it would replace its own fresh copies, and --backup-dir would keep them
  // in the place of the earlier versions. The last call of the run links them.
  const end = await tryUnit(context, progress, { isAgain: true, only });
  progress.created = created;
  const code = end.result?.code ?? null;
  const isGood = code === 0 || code === 24 || code === 25;
  // What the unit holds was told the first time.
  if (only && isGood) {
    progress.result = result;
    progress.links = links;
  }
  // That files vanished while they were copied stays worth a word.
  if (isGood && code !== 24) progress.note = null;
  if (end.stopped) progress.state = nextUnitState(progress.state, 'cancel');
  else if (isHeld) progress.state = nextUnitState(progress.state, 'hold');
  else progress.state = nextUnitState(progress.state, isGood ? 'succeed' : 'warn');
  record(context, progress, end, false);
}
