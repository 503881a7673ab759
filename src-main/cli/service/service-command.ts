import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { serviceSocket } from '../../local/socket-path.ts';
import { exitCodes } from '../exit-code.ts';
import type { Face } from '../face.ts';
import { shellWords } from '../../core/rsync/shell-words.ts';
import { usageError } from '../usage.ts';
import { foreignFile, servicePlace, type ServiceMachine, type ServicePlace, type ServiceScope } from './service-place.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { ownMark, serviceGroup } from './systemd-unit.ts';

export interface ServiceOptions {
  readonly user?: boolean;
  readonly system?: boolean;
  readonly dryRun?: boolean;
}

export type ServiceAction = 'install' | 'uninstall' | 'status';

/** `daybreak service ACTION`. Throws `AppError` permission, invalid-input, or internal with what the supervisor said. */
export async function runService(face: Pick<Face, 'output' | 'callName'>, action: ServiceAction, options: ServiceOptions, machine: ServiceMachine): Promise<number> {
  const scope = scopeOf(options, machine);
  const place = servicePlace(machine, scope);
  const supervisor = createSupervisor(machine, scope, place);
  const say = (text: string): void => face.output.write(`${text}\n`);
  const isDry = options.dryRun === true;
  if (action !== 'status' && !isDry && scope === 'system' && machine.uid !== 0) {
    throw new AppError({ kind: 'permission', message: 'Only root can change the system service.', hint: `Use sudo ${face.callName} service ${action} --system, or --user for a service of your own.` });
  }
  switch (action) {
    case 'install': return install({ machine, scope, place, supervisor, say, isDry });
    case 'uninstall': return uninstall({ machine, scope, place, supervisor, say, isDry });
    case 'status': return status({ machine, scope, place, supervisor, say, isDry });
  }
}

interface Work {
  readonly machine: ServiceMachine;
  readonly scope: ServiceScope;
  readonly place: ServicePlace;
  readonly supervisor: Supervisor;
  readonly say: (text: string) => void;
  readonly isDry: boolean;
}

/** Without a word of the user's: root means the system. */
function scopeOf({ user, system }: ServiceOptions, { uid }: ServiceMachine): ServiceScope {
  if (user === true && system === true) throw usageError('--user and --system contradict each other', 'Leave out one of them.');
  if (user === true) return 'user';
  return system === true || uid === 0 ? 'system' : 'user';
}

async function install({ machine, scope, place, supervisor, say, isDry }: Work): Promise<number> {
  mustBeOurs(place);
  if (isDry) {
    say(`# ${place.file}\n${place.text}\n# Then:`);
    for (const argv of supervisor.starting) say(shellWords(argv));
    return exitCodes.ok;
  }
  if (scope === 'system' && place.manager === 'systemd') await makeGroup(machine);
  write(place);
  say(`Wrote ${place.file}`);
  const foreign = scope === 'system' ? foreignFile(machine.program) : null;
  if (foreign !== null) say(`Warning: others than root may change ${foreign}, which this service runs as root. Install Daybreak for the whole machine: sudo npm install -g`);
  if (!supervisor.isRunning()) {
    say(`${place.manager} does not run here, so the service was not started. Where it does:`);
    for (const argv of supervisor.starting) say(`  ${shellWords(argv)}`);
    return exitCodes.ok;
  }
  await supervisor.start();
  say('The service is started, now and at every start of the machine.');
  for (const advice of adviceFor(machine, scope, place)) say(advice);
  return exitCodes.ok;
}

async function uninstall({ place, supervisor, say, isDry }: Work): Promise<number> {
  if (!existsSync(place.file)) {
    say(`Nothing to remove: there is no ${place.file}`);
    return exitCodes.ok;
  }
  mustBeOurs(place);
  if (isDry) {
    for (const argv of supervisor.stopping) say(shellWords(argv));
    say(shellWords(['rm', place.file]));
    return exitCodes.ok;
  }
  // It ends its runs in order before its file goes.
  if (supervisor.isRunning()) await supervisor.stop();
  rmSync(place.file);
  if (supervisor.isRunning()) await supervisor.forget();
  say(`Removed ${place.file}. Jobs, history and backups are left as they are.`);
  return exitCodes.ok;
}

async function status({ place, supervisor, say, machine }: Work): Promise<number> {
  if (!existsSync(place.file)) {
    say(`Not installed: there is no ${place.file}`);
    return exitCodes.failed;
  }
  const text = readFileSync(place.file, 'utf8');
  const origin = !isOurs(text) ? ' (not written by Daybreak)' : text === place.text ? '' : ' (of another version or place of Daybreak: install it again)';
  say(`Installed: ${place.file}${origin}`);
  if (!supervisor.isRunning()) {
    say(`Not running: ${place.manager} does not run here.`);
    return exitCodes.failed;
  }
  const state = await supervisor.state();
  say(state.isActive ? 'Running.' : `Not running: ${state.words}`);
  if (existsSync(serviceSocket(machine.env))) say('What it does: daybreak status');
  return state.isActive ? exitCodes.ok : exitCodes.failed;
}

/** Throws `AppError` invalid-input where the file is there and somebody else's. */
function mustBeOurs({ file }: ServicePlace): void {
  if (!existsSync(file) || isOurs(readFileSync(file, 'utf8'))) return;
  throw new AppError({ kind: 'invalid-input', message: `${file} was not written by Daybreak, and is left as it is.`, hint: 'Move it away first if it is not needed.' });
}

function isOurs(text: string): boolean {
  return text.split('\n').slice(0, 2).some((line) => line.includes(ownMark));
}

function write({ file, text }: ServicePlace): void {
  mkdirSync(path.dirname(file), { recursive: true });
  // Beside it first: a crash leaves the old one or the new one.
  writeFileSync(`${file}.new`, text, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

async function makeGroup({ run }: ServiceMachine): Promise<void> {
  if ((await run(['getent', 'group', serviceGroup])).code === 0) return;
  const { code, output } = await run(['groupadd', '--system', serviceGroup]);
  if (code === 0) return;
  throw new AppError({ kind: 'internal', message: `The group ${serviceGroup} could not be made.`, hint: `Make it, and install again: groupadd --system ${serviceGroup}`, detail: output });
}

function adviceFor({ userName, env }: ServiceMachine, scope: ServiceScope, { manager }: ServicePlace): string[] {
  if (manager === 'launchd') return [];
  if (scope === 'user') return [`It ends when you log out. To keep it: loginctl enable-linger ${userName}`, 'Its log: journalctl --user -u daybreak'];
  return [
    `To let a user look at it and start its jobs: usermod -aG ${serviceGroup} ${env['SUDO_USER'] ?? 'USER'}`,
    'Its page, to make jobs: sudo daybreak status --link', 'Its log: journalctl -u daybreak',
  ];
}
