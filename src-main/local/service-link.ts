import { setTimeout as wait } from 'node:timers/promises';
import { noService, type FeedFrame, type ServiceState } from '../../src-shared/app-state.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { ServiceLink } from '../core/ports.ts';
import { connectLocal, type LocalHost } from './connect.ts';

/** Between two looks whether the service is there, ms. */
const lookEveryMs = 10_000;

/** The system service of this machine, followed from now on. */
export interface FollowedService extends ServiceLink {
  /** Looks now, as after the machine has slept. */
  lookAgain(): void;
  close(): void;
}

/** Follows the service whose socket is at `socketPath`, for as long as this host lives; it may come and go. */
export function followService(socketPath: string): FollowedService {
  const stop = new AbortController();
  const listeners = new Set<() => void>();
  let state = noService;
  let host: LocalHost | null = null;
  let wake = new AbortController();
  void follow();

  function become(next: ServiceState): void {
    const isSame = next.state === state.state && next.state !== 'attached';
    state = next;
    if (!isSame) listeners.forEach((listener) => listener());
  }

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      const ended = await attach();
      host = null;
      if (stop.signal.aborted) return;
      become({ ...noService, state: ended });
      wake = new AbortController();
      await wait(lookEveryMs, undefined, { ref: false, signal: wake.signal }).catch(() => undefined);
    }
  }

  /** Until the connection ends; what there is then. */
  async function attach(): Promise<'none' | 'no-access'> {
    try {
      const made = await connectLocal(socketPath);
      host = made;
      if (stop.signal.aborted) made.close();
      for await (const frame of await made.calls.feed.watch()) become(withFrame(state, frame));
    } catch (thrown) {
      if (toAppError(thrown).kind === 'permission') return 'no-access';
    } finally {
      host?.close();
    }
    return 'none';
  }

  function calls(): LocalHost['calls'] {
    if (host !== null) return host.calls;
    throw new AppError({ kind: 'connection', message: 'The system service of Daybreak has ended.', hint: 'See daybreak service status.' });
  }

  return {
    state: () => state,
    subscribe: (listener) => void listeners.add(listener),
    async start(jobId) {
      return calls().runs.start({ jobId });
    },
    async steer(what, key) {
      await calls().runs[what]({ key });
    },
    lookAgain: () => wake.abort(),
    close() {
      stop.abort();
      wake.abort();
      host?.close();
    },
  };
}

function withFrame(state: ServiceState, { face, jobs, live }: FeedFrame): ServiceState {
  return {
    state: 'attached', hostName: face?.hostName ?? state.hostName, version: face?.version ?? state.version,
    jobs: jobs ?? state.jobs, live: live ?? state.live,
  };
}
