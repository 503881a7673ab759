import { setFlagsFromString } from 'node:v8';

/**
 * Asks V8 to keep the heap of this process small (node --v8-options). Names come and go by the million: else it keeps three times 16 MB for
 * what is young, and lets what is old grow to several times what is needed (docs/scale.md).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
