import { z } from 'zod';

/** The frames a page of ours sends: a call (no `t`), and word that it no longer wants the answer (`t: 4`). */
const Frame = z.union([
  z.strictObject({
    i: z.string().min(1).max(64),
    p: z.strictObject({
      u: z.string().max(200).regex(/^(\/[a-zA-Z]+){1,4}$/u),
      b: z.unknown().optional(),
      // Headers choose how a body is read: all of ours are JSON, which needs none.
      h: z.strictObject({}).optional(),
    }),
  }),
  z.strictObject({ i: z.string().min(1).max(64), t: z.literal(4), p: z.unknown().optional() }),
]);

/** Whether a message of a page has the form of a call or of its end. What it asks for is checked by the contract. */
export function isCallFrame(text: string): boolean {
  try {
    return Frame.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
