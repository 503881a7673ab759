/** The desktop's two ways between page and main process. Each message carries the id of the document it is of. */
export const channels = { toHost: 'daybreak:to-host', toPage: 'daybreak:to-page' } as const;

/** What the preload script gives to the page as `window.daybreak`, and all it gives. */
export interface DesktopBridge {
  send(message: string): void;
  onMessage(listener: (message: string) => void): void;
}
