import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { AppError } from '../../src-shared/errors.ts';
import type { App } from '../core/app.ts';
import { createRouter } from '../core/calls/router.ts';
import { jobMetrics, readFigures } from '../core/metrics/job-metrics.ts';
import { metricsText } from '../core/metrics/metrics-text.ts';
import { readMetricsToken, tokenCheck } from '../headless/metrics-token.ts';
import { openInBrowser } from '../headless/open-browser.ts';
import { startHeadless, type HeadlessHost, type MetricsSource } from '../headless/server.ts';
import { followService } from '../local/service-link.ts';
import { serviceSocket } from '../local/socket-path.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatNumberOf } from './format.ts';
import { openHostSockets, sharedFolderOf } from './host-sockets.ts';
import { createServiceLog, logRuns } from './service-log.ts';
import { usageError } from './usage.ts';

export interface ServeOptions {
  readonly port?: string;
  readonly open?: boolean;
  readonly metrics?: boolean;
  readonly metricsTokenFile?: string;
  /** For a supervisor: no start link in the output, lines for a journal, and a stop is no failure. */
  readonly service?: boolean;
}

/** npm passes on a key press of the terminal once more: what follows within this many ms is the same press. */
const SAME_PRESS_MS = 400;

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * `daybreak serve`: the interface for a browser of this machine, until a signal ends it. Answers 130 where that cancelled
 * a run, but 0 to a supervisor. Throws `AppError` where it cannot start.
 */
export async function runServe(face: Face, options: ServeOptions): Promise<number> {
  const port = readPort(options.port);
  const pageFolder = builtPage();
  const isToken = await metricsAccess(face, options);
  const isService = options.service === true;
  const log = createServiceLog(face);
  const app = await face.openApp();
  const stop = new AbortController();
  try {
    // Read now: a data folder that cannot be used is told at once, and what a crash left is cleared up.
    app.settings();
    const service = isService ? undefined : followService(serviceSocket(face.env));
    const router = createRouter(app, { kind: 'browser', version: packageJson.version, service });
    app.notify.start();
    const metrics = isToken === undefined ? undefined : metricsOf(app, isToken);
    const host = await startHeadless({ router, pageFolder, port, now: () => face.now(), metrics });
    const closeSockets = await openHostSockets({
      app, router, newLink: () => host.newLink(), sharedFolder: isService ? sharedFolderOf(face.env) : null, onProblem: log.warning,
    });
    try {
      app.scheduler.start();
      if (isService) {
        logRuns(app, log);
        log.info(`Daybreak ${packageJson.version} is ready. A link to its page: ${face.callName} status --link`);
      } else offer(face, host, options.open === true, stop.signal);
      const exitCode = await untilSignal(face, app);
      return isService ? exitCodes.ok : exitCode;
    } finally {
      stop.abort();
      service?.close();
      await closeSockets();
      await host.close();
    }
  } finally {
    await app.close();
  }
}

/** Who may read metrics: undefined where they are off, null for all who reach this machine's own address. */
async function metricsAccess(face: Face, { metrics, metricsTokenFile }: ServeOptions): Promise<MetricsSource['isToken'] | undefined> {
  if (metricsTokenFile !== undefined) return tokenCheck(await readMetricsToken(path.resolve(face.callerFolder, metricsTokenFile)));
  return metrics === true ? null : undefined;
}

function metricsOf(app: App, isToken: MetricsSource['isToken']): MetricsSource {
  return { isToken, read: () => metricsText(jobMetrics(packageJson.version, readFigures(app.store(), app.jobs.list()))) };
}

/** Lets the person who started this in. */
function offer(face: Face, host: HeadlessHost, open: boolean, stop: AbortSignal): void {
  const link = host.newLink();
  face.output.write(`Daybreak is at ${link}\n`);
  if (open) openInBrowser(link, face.env, (reason) => face.errors.write(`${reason}\n`));
  void offerLinks(face, host, stop);
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/u.test(text) || Number(text) > 65_535) {
    throw usageError(`--port ${text} is not a port`, 'Ports go from 1 to 65535. Leave it out for any that is free.');
  }
  return Number(text);
}

/** Beside the bundle where this is one, else in the checkout. Throws `AppError` where the page was not built. */
function builtPage(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const folder = fileURLToPath(new URL(isSource ? '../../dist/renderer' : '../renderer', import.meta.url));
  if (existsSync(path.join(folder, 'index.html'))) return folder;
  throw new AppError({ kind: 'not-found', message: `The page is not in ${folder}: it was not built.`, hint: 'In the checkout: npm run build' });
}

/** Prints another link whenever the person at the terminal presses Enter. */
async function offerLinks(face: Face, host: HeadlessHost, stop: AbortSignal): Promise<void> {
  if (face.ask === null) return;
  let prompt = 'It works once. Press Enter for another link, Ctrl-C to end.\n';
  while (!stop.aborted && (await face.ask(prompt, stop)) !== null) {
    face.output.write(`Daybreak is at ${host.newLink()}\n`);
    prompt = '';
  }
}

/** Waits for the first signal, then until live runs have ended. A second signal ends this process at once. */
async function untilSignal(face: Face, app: App): Promise<number> {
  let firstAt: number | null = null;
  let onFirst = (): void => undefined;
  const first = new Promise<void>((resolve) => { onFirst = resolve; });
  const onSignal = (): void => {
    if (firstAt === null) {
      firstAt = face.now();
      onFirst();
    } else if (face.now() - firstAt >= SAME_PRESS_MS) face.exit(exitCodes.cancelled);
  };
  for (const signal of endings) face.signals.on(signal, onSignal);
  try {
    await first;
    app.scheduler.stop();
    const live = app.live.list().filter((run) => run.outcome === null).length;
    if (live === 0) return exitCodes.ok;
    face.errors.write(`Cancelling ${formatNumberOf(live, 'run')}, please wait a moment (once more: end at once)\n`);
    await app.live.cancelAll();
    return exitCodes.cancelled;
  } finally {
    // Kept while the rest is closed: a late second press must not end it half way.
    setTimeout(() => {
      for (const signal of endings) face.signals.off(signal, onSignal);
    }, SAME_PRESS_MS).unref();
  }
}
