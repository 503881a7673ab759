import { setFlagsFromString } from 'node:v8';

/**
 * Asks V8 to keep the heap of this process small (node --v8-options). Names come and go by the million: it would keep three times 16 MB for
 * what is young, and collect what is old once there is nearly twice as much of it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
