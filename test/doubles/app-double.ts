import { base } from '../../src-main/core/calls/base.ts';
import { serviceCalls } from '../../src-main/core/calls/service.ts';
import { createFeed } from '../../src-main/core/live/feed.ts';
import { hasLeft, pause } from '../../src-main/core/live/pause.ts';
import type { FaceFacts, ServiceState } from '../../src-shared/app-state.ts';
import { AppError } from '../../src-shared/errors.ts';
import { Job, JobOptions } from '../../src-shared/job.ts';
import { JobNotify } from '../../src-shared/notify.ts';
import type { MeterSample } from '../../src-shared/meter-sample.ts';
import type { JobSummary } from '../../src-shared/run-view.ts';
import { Settings } from '../../src-shared/settings.ts';
import { compareDouble, diagnosisDouble, metersStream } from './app-double-diagnosis.ts';
import { createHistoryDouble } from './app-double-history.ts';
import { createLabDouble } from './app-double-lab.ts';
import { jobName, projects, shareOf, unitName } from './app-double-names.ts';
import { checkPlaces, listFolder, makeFolder, previewSplit, volumes } from './app-double-places.ts';
import { notifyDouble, receiptDouble } from './app-double-records.ts';
import { createSimulatedRun, type SimulatedRun, type SimulatedRunOptions } from './app-double-run.ts';
import { createServiceDouble } from './app-double-service.ts';
import { createTrustDouble, scheduleOf } from './app-double-trust.ts';

export interface AppDoubleOptions {
  readonly jobs: number;
  readonly historyRows: number;
  /** Of the run that is live from the start; 0 units: none is. */
  readonly lanes: number;
  readonly units: number;
  /** Ms that a unit takes on average. */
  readonly unitMs: number;
  /** Part of that run that is done at the start. */
  readonly doneShare: number;
  /** Of the system service; left out: there is none. Attached, it has two jobs, and a run of the first one is live. */
  readonly service?: ServiceState['state'];
  /** Ms that one measurement of the Lab takes; left out: 700. */
  readonly labStepMs?: number;
  /** What the face is; left out: a browser. */
  readonly face?: FaceFacts['kind'];
  readonly now: () => number;
}

const stepEveryMs = 250;
const good = ['succeeded', 'warned', 'held'];

/** The whole contract over made-up data that moves: nothing is read or written. Ends with `close`. */
export function createAppDouble(options: AppDoubleOptions) {
  const { now } = options;
  const start = now();
  const made: Job[] = Array.from({ length: options.jobs }, (_, place) => jobOf(`job-${place}`, jobName(place), place));
  const jobs = new Map(made.map((job) => [job.id, job]));
  const history = createHistoryDouble(made, made.length === 0 ? 0 : options.historyRows, start);
  const live = new Map<string, SimulatedRun>();
  const summaries = new Map<string, JobSummary>();
  let settings = Settings.parse({});
  let lastKey = 0;

  const face: FaceFacts = { kind: options.face ?? 'browser', hasDialogs: false, version: '0.1.0', hostName: 'studio', userName: 'anna', isRoot: false, platform: 'linux' };
  const trust = createTrustDouble({ jobs, history, now, changed, schedulerChanged: () => feed.touch('scheduler'), start: (job) => begin(job, { trigger: 'catch-up' }) });
  const feed = createFeed({
    face: () => face, settings: () => settings, jobs: () => [...jobs.values()].map(summaryOf), live: () => [...live.values()].map((run) => run.view()), historyVersion: () => history.version(),
    scheduler: () => trust.scheduler(), service: () => service.state(),
  });
  const service = createServiceDouble(options.service ?? 'none', now);
  service.subscribe(() => feed.touch('service'));

  function summaryOf(job: Job): JobSummary {
    const known = summaries.get(job.id);
    if (known) return known;
    const last = history.last(job.id);
    const runs = history.lastOf(job.id, 14);
    const recent = runs.filter(({ state }) => good.includes(state)).map(({ startedAt, endedAt, state }) => ({ durationMs: (endedAt ?? startedAt) - startedAt, state }));
    const summary: JobSummary = {
      job, recent, ...trust.partsOf(job, recent.at(-1)?.durationMs ?? 3_600_000),
      lastRun: last && { id: last.id, state: last.state, startedAt: last.startedAt, endedAt: last.endedAt, limitedBy: last.limitedBy, problem: last.error?.message ?? null },
      protectedUntil: runs.findLast(({ state }) => good.includes(state))?.startedAt ?? null,
    };
    summaries.set(job.id, summary);
    return summary;
  }

  function begin(job: Job, more: Partial<SimulatedRunOptions> = {}): string {
    const key = `run-${++lastKey}`;
    const run = createSimulatedRun({
      key, run: more.dryRun === true ? null : history.nextId(), job, trigger: 'manual', dryRun: false, lanes: 8, units: 160, meanUnitMs: 900, startedAt: now(), failsEvery: 0, ending: 'succeeded', asksAbout: 0,
      ...more,
    });
    run.step(now());
    live.set(key, run);
    history.add(run);
    changed(job.id);
    return key;
  }

  function changed(jobId: string): void {
    summaries.delete(jobId);
    for (const part of ['jobs', 'live', 'historyVersion'] as const) feed.touch(part);
  }

  const timer = setInterval(() => {
    service.step();
    for (const run of live.values()) {
      if (!run.isLive()) continue;
      run.step(now());
      feed.touch('live');
      if (!run.isLive()) changed(run.view().jobId);
    }
  }, stepEveryMs);

  const [first, , , mirror] = made;
  if (first && options.units > 0) {
    const wholeMs = (options.units * options.unitMs * 1.05) / options.lanes;
    begin(first, { lanes: options.lanes, units: options.units, meanUnitMs: options.unitMs, startedAt: start - wholeMs * options.doneShare, failsEvery: 97 });
  }
  if (mirror && options.units > 0) begin(mirror, { asksAbout: 1240 });

  const jobBy = (id: string): Job => need(jobs.get(id), 'job');
  const runBy = (key: string): SimulatedRun => need(live.get(key), 'run');
  const steer = (key: string, act: (run: SimulatedRun) => void): Record<string, never> => {
    const run = runBy(key);
    act(run);
    changed(run.view().jobId);
    return {};
  };
  const keep = (job: Job): Job => {
    jobs.set(job.id, job);
    changed(job.id);
    return job;
  };

  const lab = createLabDouble({ jobs, now, stepMs: options.labStepMs ?? 700, keep });
  const router = base.router({
    ...trust.calls,
    receipts: receiptDouble(jobs, history),
    notify: notifyDouble(now),
    lab: lab.calls,
    service: serviceCalls(service),
    feed: { watch: base.feed.watch.handler(({ signal }) => feed.watch(signal)) },
    jobs: {
      list: base.jobs.list.handler(() => [...jobs.values()].map(summaryOf)),
      create: base.jobs.create.handler(({ input }) => keep(Job.parse({ ...input, id: `made-${now()}`, kind: 'saved' }))),
      update: base.jobs.update.handler(({ input }) => keep(Job.parse({ ...input.draft, id: jobBy(input.id).id, kind: 'saved' }))),
      delete: base.jobs.delete.handler(({ input }) => {
        jobs.delete(jobBy(input.id).id);
        changed(input.id);
        return {};
      }),
      duplicate: base.jobs.duplicate.handler(({ input }) => keep({ ...jobBy(input.id), id: `made-${now()}`, name: `${jobBy(input.id).name} (copy)` })),
      createSample: base.jobs.createSample.handler(() => keep(jobOf(`made-${now()}`, 'Sample', 0))),
    },
    runs: {
      start: base.runs.start.handler(({ input }) => ({ key: begin(jobBy(input.jobId), { dryRun: input.dryRun }) })),
      cancel: base.runs.cancel.handler(({ input }) => steer(input.key, (run) => run.cancel(now()))),
      pause: base.runs.pause.handler(({ input }) => steer(input.key, (run) => run.pause(now()))),
      resume: base.runs.resume.handler(({ input }) => steer(input.key, (run) => run.resume(now()))),
      setPoolSize: base.runs.setPoolSize.handler(({ input }) => steer(input.key, (run) => run.setPoolSize(input.size === 'auto' ? 8 : input.size))),
      retryUnit: base.runs.retryUnit.handler(({ input }) => steer(input.key, (run) => run.retry(input.unit))),
      question: base.runs.question.handler(({ input }) => {
        const { question } = runBy(input.key).view();
        return { ...need(question, 'question'), names: namesOf(1000) };
      }),
      answer: base.runs.answer.handler(({ input }) => steer(input.key, (run) => run.answer(input.yes, now()))),
      changes: base.runs.changes.handler(({ input }) => {
        const all = namesOf(400).map((name, place) => ({ action: place < 38 ? 'delete' : place < 200 ? 'create' : 'update', name, bytes: 1e6 } as const));
        return { total: all.length, changes: all.slice(input.offset, input.offset + input.limit) };
      }),
      meters: base.runs.meters.handler(({ input, signal }) => metersStream(runBy(input.key), jobBy(runBy(input.key).view().jobId), now, signal)),
      dismiss: base.runs.dismiss.handler(({ input }) => steer(input.key, () => live.delete(input.key))),
      log: base.runs.log.handler(async function* () {
        yield await Promise.resolve({ events: [] });
      }),
    },
    history: {
      page: base.history.page.handler(({ input: { offset, limit, ...filter } }) => history.page(filter, offset, limit)),
      run: base.history.run.handler(({ input }) => need(history.row(input.run), 'run')),
      units: base.history.units.handler(({ input }) => {
        const all = history.record(input.run).units()
          .filter(({ name, state }) => name.includes(input.search) && (input.states?.includes(state) ?? true));
        if (input.order === 'slowest') all.sort((one, other) => other.durationMs - one.durationMs);
        return { total: all.length, units: all.slice(input.offset, input.offset + input.limit) };
      }),
      unitLog: base.history.unitLog.handler(({ input }) => need(history.record(input.run).log(input.unit, input.attempt), 'log')),
      timeline: base.history.timeline.handler(({ input }) => {
        const all = history.record(input.run).bars();
        const bars = all.slice(input.after, input.after + 5000);
        return { bars, next: input.after + bars.length, isAll: input.after + bars.length >= all.length };
      }),
      trend: base.history.trend.handler(({ input }) => history.lastOf(input.jobId, input.limit).map(({ id, startedAt, endedAt, totals, state }) => (
        { run: id, startedAt, durationMs: (endedAt ?? startedAt) - startedAt, bytes: totals.bytesTransferred, state }
      ))),
      diagnosis: base.history.diagnosis.handler(({ input }) => diagnosisDouble(need(history.row(input.run), 'run'), jobs)),
      compare: base.history.compare.handler(({ input }) => compareDouble(need(history.row(input.runs[0]), 'run'), need(history.row(input.runs[1]), 'run'))),
      held: base.history.held.handler(() => [{ reason: 'omega/raw would lose 62 % of its entries', names: namesOf(1240), entries: 1240, bytes: 84e9 }]),
      approve: base.history.approve.handler(({ input }) => ({ key: begin(jobBy(need(history.row(input.run), 'run').jobId)) })),
      restoreCommand: base.history.restoreCommand.handler(({ input }) => {
        const { source, destination } = need(history.row(input.run), 'run');
        return { command: `rsync -aH --update -- ${destination}/${input.folder} ${input.target ?? `${source}/${input.folder}`}` };
      }),
    },
    places: {
      volumes: base.places.volumes.handler(() => [...volumes]),
      list: base.places.list.handler(({ input }) => listFolder(input.path)),
      makeFolder: base.places.makeFolder.handler(({ input }) => makeFolder(input.parent, input.name)),
      check: base.places.check.handler(({ input }) => checkPlaces(input.source, input.destination, input.options.mirror)),
      preview: base.places.preview.handler(({ signal }) => previewSplit(signal)),
    },
    machine: {
      meters: base.machine.meters.handler(({ signal }) => watchMeters(now, signal)),
      doctor: base.machine.doctor.handler(() => [
        { name: 'rsync', state: 'good', message: '3.2.7 (protocol 31) at /usr/bin/rsync' },
        { name: 'owners', state: 'warning', message: 'without root, owners of files are not kept', hint: 'Run Daybreak as root where owners matter.' },
        { name: 'Node', state: 'good', message: 'v24.21.0' },
      ]),
    },
    settings: {
      get: base.settings.get.handler(() => settings),
      set: base.settings.set.handler(({ input }) => {
        settings = input;
        feed.touch('settings');
        return settings;
      }),
    },
    desktop: {
      pickFolder: base.desktop.pickFolder.handler(() => need<{ path: string }>(null, 'dialog')),
      openFolder: base.desktop.openFolder.handler(() => need<Record<string, never>>(null, 'file manager')),
    },
  });
  return { router, close: () => clearInterval(timer) };
}

function jobOf(id: string, name: string, place: number): Job {
  const project = projects[place % projects.length] ?? 'alpha';
  return {
    id, kind: 'saved', name, source: place === 0 ? '/data/production' : `/data/${project}/${name.toLowerCase().replaceAll(' ', '-')}`, destination: `/mnt/backup/${name.toLowerCase().replaceAll(' ', '-')}`,
    options: JobOptions.parse({ mirror: place % 3 === 0, trashDays: place % 3 === 0 ? 30 : null }), schedule: scheduleOf(place), notify: JobNotify.parse({}),
  };
}

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${unitName(place)}/take ${String(place % 24).padStart(2, '0')}.mov`);
}

function need<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new AppError({ kind: 'not-found', message: `There is no such ${what} any more.`, hint: 'It may have been removed in another window.' });
  return value;
}

async function* watchMeters(now: () => number, stop: AbortSignal | undefined): AsyncGenerator<{ samples: MeterSample[] }, void> {
  const sampleAt = (at: number): MeterSample => {
    const second = Math.floor(at / 1000);
    const wave = (salt: number): number => 0.5 + 0.35 * Math.sin(second / (7 + salt)) + 0.3 * (shareOf(second, salt) - 0.5);
    return {
      at, cpu: Math.max(0.02, wave(1) * 0.5), memoryUsedBytes: 11.2e9 + wave(2) * 1e9, memoryTotalBytes: 33.6e9, diskReadPerSecond: wave(3) * 240e6, diskWritePerSecond: wave(4) * 30e6,
      networkInPerSecond: wave(5) * 4e6, networkOutPerSecond: wave(6) * 190e6,
    };
  };
  yield { samples: Array.from({ length: 120 }, (_, place) => sampleAt(now() - (120 - place) * 1000)) };
  while (!hasLeft(stop)) {
    await pause(1000, stop);
    yield { samples: [sampleAt(now())] };
  }
}
