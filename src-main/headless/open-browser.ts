import { spawn } from 'node:child_process';

/**
 * Opens a link in the system's browser where there is a display. `onProblem` is told in one sentence why not: the link
 * was printed, so that nothing is lost.
 */
export function openInBrowser(
  link: string, env: Readonly<Record<string, string | undefined>>, onProblem: (reason: string) => void, platform: string = process.platform,
): void {
  const hasDisplay = platform === 'darwin' || [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '');
  if (!hasDisplay) {
    onProblem('There is no display here: open the link in a browser of this machine, or through an SSH tunnel (docs/headless.md).');
    return;
  }
  const opener = platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [link], { stdio: 'ignore', detached: true, env: { ...env } });
  child.once('error', () => onProblem(`${opener} could not be started: open the link in a browser of this machine.`));
  child.once('exit', (code) => {
    if (code !== 0) onProblem(`${opener} did not open a browser: open the link in one of this machine.`);
  });
  child.unref();
}
