import type { Notice } from '../../../src-shared/run.ts';
import type { UnitState } from '../../../src-shared/unit.ts';
import type { UnitProgress } from './copying.ts';

const openStates: readonly UnitState[] = ['waiting', 'running', 'cancelled'];

/** What a run whose window ended leaves to the next one. `total`: units it had; all there are where the walk was over (`isPlanned`). */
export function windowNotice(units: readonly UnitProgress[], total: number, isPlanned: boolean): Notice {
  const left = units.filter(({ state }) => openStates.includes(state)).length;
  const count = `${isPlanned ? '' : 'at least '}${left} ${left === 1 ? 'unit is' : 'units are'} left`;
  return {
    level: 'warning',
    message: left === 0 && isPlanned
      ? 'Its window ended when all was copied, but before deletions and last checks were done.'
      : `Its window ended before all was copied: ${count} of ${total}${isPlanned ? '' : ' known so far'}.`,
    hint: 'The next run goes on from there; what was copied is not copied again.',
  };
}
