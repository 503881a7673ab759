import { createORPCClient } from '@orpc/client';
import type { Calls } from '../../src-shared/contract/contract.ts';
import { followFeed } from './follow-feed.ts';
import { desktopLink } from './connect-desktop.ts';
import { socketLink } from './connect-socket.ts';

/** Connects to the host this page came from, and keeps the store fed from now on. */
export function connect(): Calls {
  const bridge = window.daybreak;
  if (bridge) {
    const calls: Calls = createORPCClient(desktopLink(bridge));
    void followFeed(calls);
    return calls;
  }
  const { link, onOpen } = socketLink();
  const calls: Calls = createORPCClient(link);
  onOpen(() => void followFeed(calls));
  return calls;
}
