import type { LabState } from '../../../src-shared/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { hasLeft, pause } from '../live/pause.ts';
import { base } from './base.ts';

/** How often a state is looked at for a change, ms. */
const lookEveryMs = 250;

/** The calls for the Lab. `jobsChanged`: called when a job was given other options. */
export function labCalls(lab: Lab, jobsChanged: () => void) {
  const os = base.lab;
  return {
    start: os.start.handler(({ input }) => ({ key: lab.start(input) })),
    follow: os.follow.handler(({ input, signal }) => follow(lab, input.key, signal)),
    cancel: os.cancel.handler(async ({ input }) => {
      await lab.cancel(input.key);
      return {};
    }),
    current: os.current.handler(() => ({ key: lab.current() })),
    results: os.results.handler(({ input }) => lab.results(input.jobId)),
    apply: os.apply.handler(({ input }) => {
      lab.apply(input.result, input.way);
      jobsChanged();
      return {};
    }),
  };
}

async function* follow(lab: Lab, key: string, stop: AbortSignal | undefined): AsyncGenerator<LabState, void> {
  let told: LabState | null = null;
  while (!hasLeft(stop)) {
    const state = lab.state(key);
    if (state !== told) yield state;
    told = state;
    if (state.phase === 'ended' || state.phase === 'cancelled' || state.phase === 'failed') return;
    await pause(lookEveryMs, stop);
  }
}
