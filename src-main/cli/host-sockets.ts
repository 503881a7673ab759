import path from 'node:path';
import type { App } from '../core/app.ts';
import { groupRouter, ownerRouter } from '../core/calls/local.ts';
import type { createRouter } from '../core/calls/router.ts';
import { listenLocally, type ListenOptions } from '../local/listen.ts';
import { hostSocket } from '../local/socket-path.ts';
import type { Face } from './face.ts';

export interface HostSocketParts {
  readonly app: App;
  readonly router: ReturnType<typeof createRouter>;
  readonly newLink: () => string;
  /** systemd's folder for this service (RUNTIME_DIRECTORY): the socket that is shared with a group lies there. */
  readonly sharedFolder: string | null;
  readonly onProblem: (problem: string) => void;
}

/** Listens for other programs of this user, and of the service's group. Returns what ends that. Never throws. */
export async function openHostSockets({ app, router, newLink, sharedFolder, onProblem }: HostSocketParts): Promise<() => Promise<void>> {
  const own: ListenOptions = {
    path: hostSocket(path.dirname(app.store().file)), router: ownerRouter(router, newLink), isShared: false,
  };
  const shared: ListenOptions[] = sharedFolder === null ? []
    : [{ path: hostSocket(sharedFolder), router: groupRouter(app, router), isShared: true }];
  const listeners = await Promise.all([own, ...shared].map((each) => listenLocally(each, onProblem)));
  return async () => {
    await Promise.all(listeners.map((each) => each.close()));
  };
}

/** RUNTIME_DIRECTORY as systemd sets it (systemd.exec(5)): the first of its folders; null where there is none. */
export function sharedFolderOf(env: Face['env']): string | null {
  const [first = ''] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  return first.startsWith('/') ? first : null;
}
