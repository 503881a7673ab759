import { hostname, userInfo } from 'node:os';
import type { App } from '../app.ts';
import { noService } from '../../../src-shared/app-state.ts';
import { createFeed } from '../live/feed.ts';
import type { FacePort } from '../ports.ts';
import { base } from './base.ts';
import { desktopCalls } from './desktop.ts';
import { historyCalls } from './history.ts';
import { jobCalls } from './jobs.ts';
import { labCalls } from './lab.ts';
import { machineCalls } from './machine.ts';
import { notifyCalls } from './notify.ts';
import { placeCalls } from './places.ts';
import { protectionCalls } from './protection.ts';
import { receiptCalls } from './receipts.ts';
import { runCalls } from './runs.ts';
import { scheduleCalls } from './schedule.ts';
import { serviceCalls } from './service.ts';
import { settingsCalls } from './settings.ts';
import { trashCalls } from './trash.ts';

/** The contract, answered by `app`: what a face binds to its transport. One router serves all pages of a face. */
export function createRouter(app: App, face: FacePort) {
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
    service: () => face.service?.state() ?? noService,
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
  const jobsChanged = () => {
    historyChanged();
    // A job may be due before the scheduler would look again by itself.
    app.scheduler.lookAgain();
  };
  app.scheduler.subscribe(schedulesChanged);
  app.live.subscribe(() => feed.touch('live'));
  face.service?.subscribe(() => feed.touch('service'));
  app.live.onStarted(historyChanged);
  app.live.onEnded(historyChanged);
  const settings = settingsCalls(app, () => feed.touch('settings'));
  return {
    feed: { watch: base.feed.watch.handler(({ signal }) => feed.watch(signal)) },
    jobs: jobCalls(app.jobs, jobsChanged),
    runs: runCalls(app.live),
    history: historyCalls({ store: () => app.store(), timelines: (run) => app.live.bars(run), approve: (run) => app.live.approve(run) }),
    lab: labCalls(app.lab, jobsChanged),
    schedule: scheduleCalls(app, schedulesChanged),
    protection: protectionCalls({ store: () => app.store(), now: () => app.now(), places: app.places }, () => feed.touch('jobs')),
    trash: trashCalls(app.trash),
    notify: notifyCalls(app.notify),
    places: placeCalls(app.places),
    machine: machineCalls(app),
    settings,
    receipts: receiptCalls(app),
    service: serviceCalls(face.service),
    desktop: desktopCalls(face),
  };
}
