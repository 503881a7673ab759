import { isOurs } from './page-scheme.ts';
import type { ContentsSurface, ElectronSurface } from './surface.ts';

/** Sites that a link of the interface may open, in the system's browser. */
const linkedHosts: readonly string[] = ['rsync.samba.org', 'download.samba.org'];

/**
 * Takes from every page what the interface does not need: permissions, other addresses, windows. Has to come when the
 * app is ready and before the first window.
 */
export function lockDown({ app, session, shell }: Pick<ElectronSurface, 'app' | 'session' | 'shell'>): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    keepIn(contents);
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenOutside(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}

/** A page stays where it is; loading it anew is all it may do. */
function keepIn(contents: ContentsSurface): void {
  const refuseOthers = (details: { readonly url: string; preventDefault(): void }): void => {
    if (!isOurs(details.url)) details.preventDefault();
  };
  contents.on('will-frame-navigate', refuseOthers);
  contents.on('will-redirect', refuseOthers);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Whether an address is https on one of the sites we link to. */
export function mayOpenOutside(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' && linkedHosts.includes(url.host) && url.username === '' && url.password === '';
}
