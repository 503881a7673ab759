import { z } from 'zod';
import { errorKinds } from './errors.ts';

/** Checks an error that arrives from another process. Apart from errors.ts, so that workers load no zod. */
export const ErrorSchema = z.object({
  kind: z.enum(errorKinds),
  message: z.string(),
  hint: z.string().optional(),
  detail: z.string().optional(),
});
