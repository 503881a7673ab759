import { hostname, userInfo } from 'node:os';
import type { App } from '../app.ts';
import { createFeed } from '../live/feed.ts';
import type { FacePort } from '../ports.ts';
import { base } from './base.ts';
import { desktopCalls } from './desktop.ts';
import { historyCalls } from './history.ts';
import { jobCalls } from './jobs.ts';
import { machineCalls } from './machine.ts';
import { placeCalls } from './places.ts';
import { runCalls } from './runs.ts';
import { scheduleCalls, type ForecastOf } from './schedule.ts';
import { settingsCalls } from './settings.ts';

/** The contract, answered by `app`: what a face binds to its transport. One router serves all pages of a face. */
export function createRouter(app: App, face: FacePort, forecast: ForecastOf = () => null) {
  let historyVersion = 1;
  const feed = createFeed({
    face: () => ({
      kind: face.kind, hasDialogs: face.pickFolder !== undefined && face.openFolder !== undefined, version: face.version,
      hostName: hostname(), userName: userInfo().username, isRoot: process.getuid?.() === 0, platform: process.platform,
    }),
    settings: () => app.settings(),
    jobs: () => app.jobs.list(),
    live: () => [...app.live.list()],
    historyVersion: () => historyVersion,
    scheduler: () => app.scheduler.state(),
  });
  const historyChanged = () => {
    historyVersion++;
    feed.touch('historyVersion');
    feed.touch('jobs');
  };
  const schedulesChanged = () => {
    feed.touch('scheduler');
    // A skipped run is a row of the history.
    historyChanged();
  };
  app.scheduler.subscribe(schedulesChanged);
  app.live.subscribe(() => feed.touch('live'));
  app.live.onStarted(historyChanged);
  app.live.onEnded(historyChanged);
  const settings = settingsCalls(app, () => feed.touch('settings'));
  return {
    feed: { watch: base.feed.watch.handler(({ signal }) => feed.watch(signal)) },
    jobs: jobCalls(app.jobs, historyChanged),
    runs: runCalls(app.live),
    history: historyCalls({ store: () => app.store(), timelines: (run) => app.live.bars(run), approve: (run) => app.live.approve(run) }),
    schedule: scheduleCalls(app, forecast, schedulesChanged),
    places: placeCalls(app.places),
    machine: machineCalls(app),
    settings,
    desktop: desktopCalls(face),
  };
}
