/**
 * `npm run bench -- --meters`: what measuring costs the host. Backs up a tree between two stand-ins for a NAS by 64 workers, looks at
 * their processes once more as a run's own meter does, and judges the CPU time of that: looking, judging, keeping.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { judge } from '../../../src-main/core/diagnosis/verdict.ts';
import { createRunMeter } from '../../../src-main/core/meters/run-meter.ts';
import { withSample } from '../../../src-main/core/meters/thinning.ts';
import { RunFacts, type RunMeters } from '../../../src-shared/run-meters.ts';
import { openEngine, startBackup, unitsOf } from '../../fixtures/engine.ts';
import { plainTree } from '../../fixtures/tree-plain.ts';
import { writeTree } from '../../fixtures/tree.ts';
import { buildNas, mountNas, whyNoNas, type NasMount } from '../nas/nas.ts';

const lanes = 64;
const measuredMs = 20_000;
/** Share of a core that measuring may cost. */
const mostCost = 0.02;
const shape = { title: '5 ms', latencyMs: 5, cacheSeconds: 0, bytesPerSecond: null, slots: null };

process.exitCode = await run();

async function run(): Promise<number> {
  const reason = whyNoNas();
  if (reason !== null) {
    console.error(`There is no stand-in for a NAS: ${reason}`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-bench-meters-'));
  const mounts: NasMount[] = [];
  try {
    const backing = { source: join(folder, 'source'), destination: join(folder, 'destination') };
    writeTree(backing.source, plainTree({ folders: 200, files: 100, bytes: 2000 }));
    mkdirSync(backing.destination);
    const program = buildNas(folder);
    for (const end of ['source', 'destination'] as const) mounts.push(await mountNas(program, shape, { backing: backing[end], point: join(folder, `nas-${end}`) }));
    const [source = '', destination = ''] = mounts.map(({ point }) => point);
    return await measure(folder, source, destination);
  } finally {
    for (const mount of mounts) await mount.unmount();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, source: string, destination: string): Promise<number> {
  const engine = await openEngine(folder, unitsOf(200));
  const { handle, events } = startBackup(engine, source, destination, { options: { workers: lanes } });
  try {
    // Until all workers are there and copy.
    while (workersOf(engine.forked).length < lanes) await wait(200);
    await wait(3000);
    const told = events.find((event) => event.type === 'meters');
    let meters: RunMeters = { facts: RunFacts.parse(told?.facts), samples: [] };
    const workers = workersOf(engine.forked).map((pid) => ({ pid, isBusy: true }));
    let looks = 0;
    const pool = {
      size: lanes, busy: lanes, queued: 0,
      workers: () => {
        looks++;
        return workers;
      },
    };
    const meter = createRunMeter({
      facts: meters.facts, mounts: { source: null, destination: null }, pool, scouts: () => [], done: () => ({ entries: 0, bytes: 0 }),
      phase: () => 'copying', elapsedMs: () => performance.now(),
    }, (sample) => {
      meters = { ...meters, samples: withSample(meters.samples, sample) };
      judge(meters, null);
      JSON.stringify(sample);
    });
    const startedAt = performance.now();
    await wait(measuredMs);
    const share = meter.costMs / (performance.now() - startedAt);
    meter.stop();
    const busiest = Math.max(...meters.samples.map(({ lanes: states }) => Object.values(states ?? {}).reduce((sum, count) => sum + count, 0)));
    console.log(`${workers.length} workers, ${looks} looks and ${meters.samples.length} samples in ${measuredMs / 1000} s; ${busiest.toFixed(0)} lanes seen.`);
    console.log(`Measuring took ${(100 * share).toFixed(2)} % of a core; ${100 * mostCost} % is the most it may.`);
    return share <= mostCost ? 0 : 1;
  } finally {
    handle.cancel();
    await handle.ended;
    await engine.close();
  }
}

/** The pids of workers among what was forked. */
function workersOf(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.js');
    } catch {
      return false;
    }
  });
}
