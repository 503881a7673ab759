import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toAppError } from '../../src-shared/errors.ts';
import type { DoctorCheck } from './app.ts';
import type { Ports } from './ports.ts';
import { probeRsync } from './rsync/probe.ts';
import { startScout } from './run/scout-client.ts';
import { openStore } from './store/open-store.ts';

/** Oldest Node that has all of node:sqlite and runs the sources as they are. */
const oldestNode = 24;

/** Looks at all that a backup needs from this machine. Changes nothing but what opening the history does. */
export async function doctor(ports: Ports): Promise<DoctorCheck[]> {
  return [...(await checkRsync(ports)), ...(await checkCopying(ports)), checkNode(), checkDataFolder(ports.dataFolder), checkOwners()];
}

async function checkRsync({ env }: Ports): Promise<DoctorCheck[]> {
  try {
    const { program, version, protocol, abilities, lifeline } = await probeRsync(env);
    const able = [
      abilities.hardLinks && 'hard links', abilities.symlinkTimes && 'symlink times', abilities.acls && 'ACLs', abilities.xattrs && 'extended attributes',
    ].filter(Boolean).join(', ');
    const guard = lifeline === 'pdeathsig' ? 'by the kernel (setpriv --pdeathsig)' : 'by a small watching process';
    return [
      { name: 'rsync', state: 'good', message: `${version} (protocol ${protocol}) at ${program}` },
      abilities.hardLinks
        ? { name: 'abilities', state: 'good', message: able }
        : { name: 'abilities', state: 'warning', message: 'this rsync keeps no hard links', hint: 'Install one that was built with them.' },
      { name: 'no orphans', state: 'good', message: `an rsync is ended with its worker ${guard}` },
    ];
  } catch (thrown) {
    const { message, hint } = toAppError(thrown);
    return [{ name: 'rsync', state: 'problem', message, ...(hint === undefined ? {} : { hint }) }];
  }
}

/** Whether workers can compare and copy themselves on local disks, which they do on Linux. */
async function checkCopying({ workerHost }: Ports): Promise<DoctorCheck[]> {
  if (process.platform !== 'linux') return [];
  const name = 'copying';
  const scout = startScout(workerHost);
  try {
    const { isLoaded } = await scout.ask({ op: 'native-calls' });
    return [isLoaded
      ? { name, state: 'good', message: 'workers compare and copy new files on local disks themselves' }
      : {
          name, state: 'warning', message: 'by rsync alone: the library koffi cannot be loaded',
          hint: 'Backups are as right, but on local disks they take longer. Install Daybreak again, with its optional packages.',
        }];
  } catch (thrown) {
    return [{ name, state: 'problem', message: toAppError(thrown).message, hint: 'Install Daybreak again.' }];
  } finally {
    scout.close();
  }
}

function checkNode(): DoctorCheck {
  const isGood = Number(process.versions.node.split('.')[0]) >= oldestNode;
  return isGood
    ? { name: 'Node', state: 'good', message: process.version }
    : { name: 'Node', state: 'problem', message: `${process.version} is too old`, hint: `Use Node ${oldestNode} or newer; npm start brings its own.` };
}

function checkDataFolder(folder: string): DoctorCheck {
  if (!existsSync(folder)) {
    let nearest = folder;
    while (!existsSync(nearest)) nearest = dirname(nearest);
    try {
      accessSync(nearest, constants.W_OK);
      return { name: 'data folder', state: 'good', message: `${folder} (made by the first backup)` };
    } catch {
      return { name: 'data folder', state: 'problem', message: `${folder} cannot be made: ${nearest} is not writable`, hint: 'Set DAYBREAK_HOME to a folder of yours.' };
    }
  }
  try {
    const store = openStore(folder);
    const [last] = store.runs.list({ limit: 1 });
    store.close();
    return { name: 'data folder', state: 'good', message: `${folder} (${last ? `last run: ${last.id}` : 'no runs yet'})` };
  } catch (thrown) {
    const { message, hint } = toAppError(thrown);
    return { name: 'data folder', state: 'problem', message, ...(hint === undefined ? {} : { hint }) };
  }
}

function checkOwners(): DoctorCheck {
  return process.getuid?.() === 0
    ? { name: 'owners', state: 'good', message: 'kept: Daybreak runs as root' }
    : {
        name: 'owners', state: 'warning', message: 'not kept: without root every copied file belongs to you',
        hint: 'Run as root where owner and group matter, for instance with sudo.',
      };
}
