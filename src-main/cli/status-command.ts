import type { FaceFacts } from '../../src-shared/app-state.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { JobSummary, LiveRun } from '../../src-shared/run-view.ts';
import { callError } from '../local/call-error.ts';
import { connectLocal } from '../local/connect.ts';
import { hostSocket, serviceDataFolder, serviceSocket } from '../local/socket-path.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatMoment } from './format.ts';
import { line, renderLine, type Line } from './line.ts';
import { progressWords } from './progress-words.ts';
import { styleFor } from './style.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';

/** A host that does not answer within this is said to hang, ms. */
const answerMs = 5_000;

export interface StatusOptions {
  readonly json?: boolean;
  /** Only a new start link of the host of this user, or of the service. */
  readonly link?: boolean;
}

/** A place where a host may be, and what it says. */
interface HostStatus {
  readonly who: 'user' | 'system';
  readonly socket: string;
  /** `failed`: it is there and did not answer. */
  readonly state: 'none' | 'no-access' | 'failed' | 'there';
  /** Why it is not `there`, in a sentence. */
  readonly problem: string | null;
  readonly face: FaceFacts | null;
  readonly live: readonly LiveRun[];
  readonly jobs: readonly JobSummary[];
}

/**
 * `daybreak status`: the hosts of this machine, their live runs and jobs. With `link`, a link to the page of one; throws
 * `AppError` not-found where none has a page.
 */
export async function runStatus(face: Face, options: StatusOptions): Promise<number> {
  if (options.link === true) {
    face.output.write(`${await startLink([hostSocket(face.dataFolder()), hostSocket(serviceDataFolder(process.platform))])}\n`);
    return exitCodes.ok;
  }
  const hosts = await Promise.all([
    lookAt('user', hostSocket(face.dataFolder())), lookAt('system', serviceSocket(face.env)),
  ]);
  if (options.json === true) face.output.write(`${JSON.stringify({ hosts })}\n`);
  else {
    const style = styleFor(face, face.output);
    const width = face.output.size()?.columns ?? null;
    face.output.write(hosts.flatMap((host) => hostLines(host, width, face.callName)).map((each) => `${renderLine(style, each)}\n`).join(''));
  }
  return exitCodes.ok;
}

/** One frame of a host's feed. Never throws: what is wrong is its state. */
async function lookAt(who: HostStatus['who'], socket: string): Promise<HostStatus> {
  const nothing = { who, socket, face: null, live: [], jobs: [] };
  try {
    const host = await connectLocal(socket);
    try {
      for await (const { face, live, jobs } of await host.calls.feed.watch(undefined, { signal: AbortSignal.timeout(answerMs) })) {
        return { who, socket, state: 'there', problem: null, face: face ?? null, live: live ?? [], jobs: jobs ?? [] };
      }
      return { ...nothing, state: 'failed', problem: 'It ended while it was asked.' };
    } finally {
      host.close();
    }
  } catch (thrown) {
    const { kind, message } = callError(thrown);
    if (kind === 'not-found') return { ...nothing, state: 'none', problem: message };
    if (kind === 'permission') return { ...nothing, state: 'no-access', problem: message };
    return { ...nothing, state: 'failed', problem: `It does not answer: ${message}` };
  }
}

async function startLink(sockets: readonly string[]): Promise<string> {
  for (const socket of sockets) {
    try {
      const host = await connectLocal(socket);
      try {
        const { link } = await host.calls.host.startLink(undefined, { signal: AbortSignal.timeout(answerMs) });
        if (link !== null) return link;
      } finally {
        host.close();
      }
    } catch (thrown) {
      const error = callError(thrown);
      // The service is not this user's: then it is as if it were not there.
      if (error.kind !== 'not-found' && error.kind !== 'permission') throw error;
    }
  }
  throw new AppError({
    kind: 'not-found', message: 'No Daybreak with a page runs for this user.', hint: 'Start one: daybreak serve. For the system service: sudo daybreak status --link',
  });
}

const names = { user: 'This user', system: 'System' } as const;
const faces = { desktop: 'the desktop app', browser: 'a host for browsers' } as const;

function hostLines(host: HostStatus, width: number | null, callName: string): Line[] {
  const name = names[host.who];
  switch (host.state) {
    case 'none':
      return host.who === 'system' ? [line(`${name}: no service runs (${callName} service install makes one).`)]
        : [line(`${name}: no host runs, so that nothing starts by itself. Start the desktop app, or ${callName} serve.`)];
    case 'no-access': return [line(`${name}: a service runs, but this user is not in the group daybreak.`, 'warning')];
    case 'failed': return [line(`${name}: ${host.problem ?? 'It does not answer.'}`, 'problem')];
    case 'there': return [
      line(`${name}: ${host.face === null ? 'a host' : `${faces[host.face.kind]} ${host.face.version} of ${host.face.userName}`}`, 'strong'),
      ...host.live.filter((run) => run.outcome === null).map((run) => line(`  ${liveText(run)}`)),
      ...(host.jobs.length === 0 ? [line('  No jobs yet.')] : jobLines(host.jobs, width)),
    ];
  }
}

function liveText({ jobName, source, destination, progress, question }: LiveRun): string {
  const way = `running: "${jobName}", ${source} -> ${destination}`;
  if (question !== null) return `${way}, waits for your answer`;
  if (progress === null) return `${way}, begins`;
  const { share, state, left, byteRate } = progressWords(progress);
  return [way, share, state, byteRate, left].filter((word) => word !== '').join(', ');
}

const columns: readonly Column[] = [
  { title: '  job', align: 'left', flexible: true },
  { title: 'last result', align: 'left' },
  { title: 'protected until', align: 'left' },
  { title: 'next run', align: 'left' },
];

function jobLines(jobs: readonly JobSummary[], width: number | null): Line[] {
  const moment = (ms: number | null): string => (ms === null ? '-' : formatMoment(ms));
  const rows = jobs.map(({ job, lastRun, protectedUntil, nextRunAt }) => [
    `  ${printable(job.name)}`, lastRun?.state ?? 'never ran', moment(protectedUntil), moment(nextRunAt),
  ]);
  return tableLines(columns, rows, width).map((text, index) => line(text, index === 0 ? 'quiet' : 'plain'));
}
