const minute = 60_000;
/** Minutes before the second, third ... try; the last one also before all that follow. */
const waits = [1, 5, 15, 60, 240];
/** A message that could not be sent for so long is given up, ms. */
export const givenUpAfterMs = 48 * 60 * minute;

/** How long to wait after so many tries that failed, ms; `firstMs` is the first wait, which is longer than a try may take. */
export function backoffMs(tries: number, firstMs = minute): number {
  return waits[Math.min(Math.max(tries, 1), waits.length) - 1]! * firstMs;
}
