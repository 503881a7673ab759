import { z } from 'zod';

/** What the machine did in about one second. Shares are 0 to 1, sizes in bytes, rates in bytes per second, `at` in ms since the epoch. */
export const MeterSample = z.object({
  at: z.number(),
  cpu: z.number(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  /** Null where the system does not tell. */
  diskReadPerSecond: z.number().nullable(),
  diskWritePerSecond: z.number().nullable(),
  networkInPerSecond: z.number().nullable(),
  networkOutPerSecond: z.number().nullable(),
});
export type MeterSample = z.infer<typeof MeterSample>;
