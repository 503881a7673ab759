import type { Change } from '../../src-shared/rsync-result.ts';
import type { FromWorker, ToWorker } from '../../src-shared/worker-protocol.ts';
import { processStartTime } from '../core/rsync/process-identity.ts';
import { findLinkedFiles } from './link-find.ts';
import { findOutsideLinks } from './link-scan.ts';
import { openPort } from './port.ts';
import { bytesMoved } from './process-io.ts';
import { startRsync, type RsyncProcess } from './rsync-process.ts';

/** The worker: runs one rsync at a time, for one unit, and tells how it goes. */

/** Progress is read and told this often, ms. */
const progressEveryMs = 500;
/**
 * With a folder in the way of a linked file, rsync's processes may wait for one another for ever (see `judgeEnd`). One that
 * has met such a folder and then moved nothing for so long is ended, ms; its unit is tried in another way.
 */
const stuckAfterMs = 5000;
/** Changes are told in batches of this many, or with the end. */
const changesAtOnce = 500;

let rsync: RsyncProcess | null = null;
let paused = false;
let leaving = false;
let killTimer: NodeJS.Timeout | undefined;

const port = openPort(() => rsync?.signal('SIGKILL'));
const send = (message: FromWorker) => port.send(message);

async function run({ unit, call, linkScan, reportChanges }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  let changes: Change[] = [];
  const flush = () => {
    if (changes.length > 0) send({ type: 'changes', unit, changes });
    changes = [];
  };
  rsync = startRsync(call, reportChanges ? (change) => {
    changes.push(change);
    if (changes.length >= changesAtOnce) flush();
  } : undefined);
  const { pid } = rsync;
  if (pid !== undefined) send({ type: 'started', unit, pid, startTime: processStartTime(pid) ?? '' });
  if (paused) rsync.signal('SIGSTOP');
  let told = 0;
  let stillMs = 0;
  const running = rsync;
  const timer = setInterval(() => {
    const bytes = pid === undefined ? 0 : bytesMoved(pid);
    stillMs = bytes > told || paused ? 0 : stillMs + progressEveryMs;
    if (running.metObstacle() && stillMs >= stuckAfterMs) running.signal('SIGTERM');
    if (bytes <= told) return;
    told = bytes;
    send({ type: 'progress', unit, bytes });
  }, progressEveryMs);
  const result = await running.ended;
  clearInterval(timer);
  clearTimeout(killTimer);
  rsync = null;
  flush();
  if (linkScan && result.stats && !leaving) {
    const links = findOutsideLinks(linkScan, await findLinkedFiles(linkScan, result.stats.entries, call.lifeline));
    if (links.length > 0) send({ type: 'links', unit, links });
  }
  send({ type: 'ended', unit, result });
  if (leaving) port.leave();
}

/** A stopped process does not hear TERM until CONT, so it gets both; KILL is for one that does not end. */
function stop(graceMs: number): void {
  if (!rsync) return;
  rsync.signal('SIGTERM');
  rsync.signal('SIGCONT');
  const stopping = rsync;
  killTimer ??= setTimeout(() => stopping.signal('SIGKILL'), graceMs);
}

port.onMessage((raw) => {
  const message = raw as ToWorker;
  switch (message.type) {
    case 'run':
      void run(message);
      break;
    case 'pause':
      paused = true;
      rsync?.signal('SIGSTOP');
      break;
    case 'resume':
      paused = false;
      rsync?.signal('SIGCONT');
      break;
    case 'stop':
      leaving ||= message.exit;
      if (rsync) stop(message.graceMs);
      else if (leaving) port.leave();
      break;
  }
});
send({ type: 'ready', pid: process.pid });
