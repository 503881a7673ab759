import type { ClientContext } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';

/** What the desktop's preload script gives to the page, and all it gives. */
export interface Bridge {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

declare global {
  interface Window {
    readonly daybreak?: Bridge;
  }
}

/** The bridge as a port. It lives as long as the window does. */
export function desktopLink(bridge: Bridge): RPCLink<ClientContext> {
  return new RPCLink({
    port: {
      postMessage: (message: unknown) => bridge.send(message),
      onMessage: { addListener: (listener) => bridge.onMessage(listener) },
      onDisconnect: { addListener: () => undefined },
    },
  });
}
