import type { ErrorData } from '../../../src-shared/errors.ts';
import { nextRunState, type RunState } from '../../../src-shared/run.ts';
import type { UnitProgress } from './copying.ts';

/** What happened to a run. */
export interface EndFacts {
  readonly state: RunState;
  readonly cancelled: boolean;
  readonly closed: boolean;
  readonly unproven: boolean;
  readonly isFailed: boolean;
  readonly isHeld: boolean;
  readonly isWarned: boolean;
}

/** The last state of a run, from the worst that happened to it. */
export function endState({ state, cancelled, closed, unproven, isFailed, isHeld, isWarned }: EndFacts): RunState {
  if (cancelled) return state === 'cancelling' ? nextRunState(state, 'stop') : 'cancelled';
  if (unproven) return nextRunState(state, 'doubt');
  if (isFailed) return nextRunState(state, 'fail');
  if (closed) return nextRunState(state, 'close');
  return nextRunState(state, isHeld ? 'hold' : isWarned ? 'warn' : 'succeed');
}

/** The error of a run of which units failed. `total`: all it had. */
export function failedUnits(units: readonly UnitProgress[], total: number): ErrorData {
  const failed = units.filter((unit) => unit.state === 'failed');
  return {
    kind: 'internal',
    message: `${failed.length} of ${total} units could not be backed up`,
    hint: 'See the notices for which, mend the cause and run again: what is done is not copied twice.',
  };
}
