import type { ClientContext } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket as ReconnectingSocket } from 'partysocket';
import { useAppStore } from '../store/app-store.ts';

/** The socket to the headless host, which comes back by itself. `onOpen` is told each time it is open. */
export function socketLink(): { link: RPCLink<ClientContext>; onOpen: (listener: () => void) => void } {
  const address = new URL('rpc', window.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  const socket = new ReconnectingSocket(address.href, [], { minReconnectionDelay: 300, maxReconnectionDelay: 3000, reconnectionDelayGrowFactor: 1.5, maxEnqueuedMessages: 0 });
  const { setConnection } = useAppStore.getState();
  socket.addEventListener('open', () => setConnection('open'));
  socket.addEventListener('close', () => {
    if (useAppStore.getState().connection !== 'refused') setConnection(useAppStore.getState().revision > 0 ? 'lost' : 'connecting');
    void isRefused().then((refused) => {
      if (!refused) return;
      socket.close();
      setConnection('refused');
    });
  });
  return { link: new RPCLink({ websocket: socket as unknown as WebSocket }), onOpen: (listener) => socket.addEventListener('open', listener) };
}

/** A host that is there but does not know this page's cookie: a new one was started, which has links of its own. */
async function isRefused(): Promise<boolean> {
  try {
    const { status } = await fetch('./', { method: 'HEAD', cache: 'no-store' });
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}
