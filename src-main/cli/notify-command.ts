import { toAppError } from '../../src-shared/errors.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { errorLines, line, renderLine, type Line } from './line.ts';
import { styleFor } from './style.ts';
import { usageError } from './usage.ts';

/** `daybreak notify test [mail|webhook ID]`: a message by each way that is on, or by that one. Exit code 1 where one failed. */
export async function runNotifyTest(face: Face, kind: string | undefined, id: string | undefined): Promise<number> {
  const chosen = readChannel(kind, id);
  const app = await face.openApp();
  try {
    const { mail, webhooks } = (await app.notify.get()).settings;
    const channels = chosen === null ? [...(mail.enabled ? ['mail'] : []), ...webhooks.flatMap((each) => (each.enabled ? [each.id] : []))] : [chosen];
    if (channels.length === 0) throw usageError('neither mail nor a webhook is set up', `Set them up on the page (${face.callName} serve --open, Settings, Notifications).`);
    let exitCode: number = exitCodes.ok;
    for (const channel of channels) {
      try {
        write(face, [line(`${channel}: ${await app.notify.testSaved(channel)}`, 'good')]);
      } catch (thrown) {
        exitCode = exitCodes.failed;
        write(face, errorLines(toAppError(thrown)), 'errors');
      }
    }
    return exitCode;
  } finally {
    await app.close();
  }
}

function readChannel(kind: string | undefined, id: string | undefined): string | null {
  if (kind === undefined) return null;
  if (kind === 'mail' && id === undefined) return 'mail';
  if (kind === 'webhook' && id !== undefined && id !== 'mail') return id;
  throw usageError(`"${[kind, id].filter(Boolean).join(' ')}" is no way to be told`, 'Write "mail", or "webhook" and its name, or nothing for all.');
}

/** `daybreak notify set-mail-password`: reads it from standard input, so that no list of processes shows it. Nothing at all forgets it. */
export async function runSetMailPassword(face: Face): Promise<number> {
  const password = await face.readSecret('Password of the mail server (nothing: forget it): ');
  const app = await face.openApp();
  try {
    const { settings } = await app.notify.get();
    await app.notify.set(settings, password);
    write(face, [line(password === '' ? 'The password is forgotten.' : 'The password is kept.', 'good')]);
    return exitCodes.ok;
  } finally {
    await app.close();
  }
}

function write(face: Face, lines: readonly Line[], to: 'output' | 'errors' = 'output'): void {
  const style = styleFor(face, face[to]);
  face[to].write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
}
