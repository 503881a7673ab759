import { z } from 'zod';
import { ByteNameSchema } from './unit.ts';

/** A large file whose copy was cut off: what was written of it is kept aside at the destination, for the next run to go on with. */
export const CutFile = z.object({
  /** From the root. */
  name: ByteNameSchema,
  /** Its name in the folder of its job, `DEST/.daybreak/partial/<job>`. */
  kept: z.uuid(),
  /** So much of it is there. */
  bytes: z.number(),
  /** The file at the source then: another size or time, and nothing of it counts any more. Nanoseconds since the epoch, as text. */
  sourceBytes: z.number(),
  sourceMtimeNs: z.string(),
  /** The start of the machine in which it was written. After another one it has to be looked at: not all may have reached the disk. */
  bootId: z.string(),
});
export type CutFile = z.infer<typeof CutFile>;
