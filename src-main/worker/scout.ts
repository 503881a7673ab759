import type { ErrorData } from '../../src-shared/errors.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { FromScout, ScoutRequest, ToScout } from '../../src-shared/scout-protocol.ts';
import { copyTime } from './copy-time.ts';
import { countExtensions } from './count-extensions.ts';
import { countTops } from './count.ts';
import { clearKept } from './cut-files.ts';
import { estimate } from './estimate.ts';
import { listFolders } from './folders.ts';
import { lock, renewLock, unlock } from './lock.ts';
import { look, makeFolder, ping } from './look.ts';
import { mark } from './marker.ts';
import { createNativeCalls } from './native-calls.ts';
import { placesNow } from './places-now.ts';
import { openPort } from './port.ts';
import { realFolders } from './real-folders.ts';
import { checkRemovals, remove } from './removal.ts';
import { listStrangers } from './strangers.ts';
import { sweepTemps } from './temps.ts';
import { browseTrash, closeTrash, expireTrash, openTrash } from './trash.ts';
import { planRestore } from './trash-restore.ts';
import { listVolumes } from './volumes.ts';
import { plan, type InHand, type UnitSink } from './walk.ts';

/**
 * The scout: the process that walks, stats, prepares and removes, so that a mount that hangs freezes it and not the
 * host. Runs one request after another as they come; they may overlap.
 */
const port = openPort(() => {});
const send = (message: FromScout) => port.send(message);

let inHand: InHand = { units: 0, names: 0 };
let waiters: { limit: InHand; go: () => void }[] = [];

function sinkFor(id: number): UnitSink {
  return {
    units(units, walkedEntries) {
      take(units.length, units.reduce((sum, { names }) => sum + names.length, 0));
      send({ type: 'units', id, units: [...units], walkedEntries });
    },
    roomBelow(limit) {
      if (isBelow(limit)) return Promise.resolve();
      return new Promise((go) => waiters.push({ limit, go }));
    },
  };
}

function take(units: number, names: number): void {
  inHand = { units: inHand.units + units, names: inHand.names + names };
}

function isBelow(limit: InHand): boolean {
  return inHand.units < limit.units && inHand.names < limit.names;
}

/** The host has worked off a unit with so many names. */
function credit(names: number): void {
  take(-1, -names);
  const free = waiters.filter(({ limit }) => isBelow(limit));
  waiters = waiters.filter(({ limit }) => !isBelow(limit));
  for (const { go } of free) go();
}

async function answer(id: number, request: ScoutRequest): Promise<unknown> {
  switch (request.op) {
    case 'look': return look(request.path);
    case 'list-folders': return listFolders(request.path);
    case 'volumes': return { volumes: await listVolumes() };
    case 'ping': return ping(request.path);
    case 'copy-time': return copyTime(request.source, request.destination);
    case 'plan': return plan(request.plan, sinkFor(id));
    case 'plan-credit': return credit(request.names);
    case 'make-folder': return makeFolder(request.path);
    case 'lock': return lock(request.destination, request.holder);
    case 'renew-lock': return renewLock(request.destination, request.holder);
    case 'unlock': return unlock(request.destination, request.holder);
    case 'mark': return mark(request);
    case 'places-now': return placesNow(request);
    case 'check-removals': return checkRemovals(request.source, request.destination, request.removals);
    case 'list-strangers': return listStrangers(request);
    case 'count': return countTops(request.destination, request.tops);
    case 'real-folders': return realFolders(request.destination, request.folders, request.isSlow);
    case 'remove': return remove(request);
    case 'sweep-temps': return sweepTemps(request);
    case 'open-trash': return openTrash(request.destination, request.run);
    case 'close-trash': return closeTrash(request.destination, request.folder);
    case 'expire-trash': return expireTrash(request.destination, request.folders);
    case 'clear-kept': return clearKept(request.destination, request.job, request.keep);
    case 'browse-trash': return browseTrash(request.destination, request.folder, request.path);
    case 'plan-restore': return planRestore(request);
    case 'count-extensions': return countExtensions(request.destination, request.top, request.extensions);
    case 'native-calls': return { isLoaded: createNativeCalls()() !== null };
    case 'estimate': return estimate(request.source, request.destination, request.excludes);
  }
}

function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof AppError) return thrown.toData();
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'permission', message: error.message };
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'no-space', message: error.message };
  return { kind: 'internal', message: error.message, detail: error.stack };
}

port.onMessage((message) => {
  const { id, request } = message as ToScout;
  answer(id, request).then(
    (value) => {
      if (request.op !== 'plan-credit') send({ type: 'answer', id, value: value ?? {} });
    },
    (thrown: unknown) => send({ type: 'error', id, error: errorData(thrown) }),
  );
});
send({ type: 'ready', pid: process.pid });
