import { z } from 'zod';

/** What a destination keeps of the attributes that files are given there. Some file systems refuse the rest, others forget it without a word. */
export const KeptAttributes = z.object({
  modes: z.boolean(),
  /** Owners and groups. */
  owners: z.boolean(),
});
export type KeptAttributes = z.infer<typeof KeptAttributes>;

/** As it is nearly everywhere. */
export const allKept: KeptAttributes = { modes: true, owners: true };
