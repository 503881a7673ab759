import { execFile } from 'node:child_process';

/** A bus that does not answer in time has no tray, ms. */
const answerMs = 2_000;

const watcher = 'org.kde.StatusNotifierWatcher';
const object = '/StatusNotifierWatcher';
const property = 'IsStatusNotifierHostRegistered';

/** Ways to ask the session bus, and the answer of each that says yes. */
const questions: readonly { readonly program: string; readonly argv: readonly string[]; readonly yes: RegExp }[] = [
  { program: 'busctl', argv: ['--user', '--no-pager', 'get-property', watcher, object, watcher, property], yes: /^b true\b/u },
  {
    program: 'gdbus', yes: /^\(<true>,\)/u,
    argv: ['call', '--session', '--timeout', '2', '--dest', watcher, '--object-path', object, '--method', 'org.freedesktop.DBus.Properties.Get', watcher, property],
  },
  {
    program: 'dbus-send', yes: /boolean true/u,
    argv: ['--session', '--print-reply', `--dest=${watcher}`, object, 'org.freedesktop.DBus.Properties.Get', `string:${watcher}`, `string:${property}`],
  },
];

/**
 * Whether an icon in the tray is sure to be seen: always on macOS and Windows; on Linux where a panel shows such icons,
 * which only the session bus knows. Where nobody can say, there is none.
 */
export async function isTraySure(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  if (platform === 'darwin' || platform === 'win32') return true;
  const answers = await Promise.all(questions.map(({ program, argv, yes }) => new Promise<boolean>((resolve) => {
    execFile(program, [...argv], { timeout: answerMs, env: { ...env } }, (error, stdout) => resolve(error === null && yes.test(stdout)));
  })));
  return answers.includes(true);
}
