import { ORPCError } from '@orpc/client';
import { ErrorSchema } from '../../src-shared/error-schema.ts';
import type { ErrorData } from '../../src-shared/errors.ts';

/** What a call threw, in the words of the contract. A lost connection is one of them. */
export function errorDataOf(thrown: unknown): ErrorData {
  if (thrown instanceof ORPCError) {
    const data = ErrorSchema.safeParse(thrown.data);
    if (data.success) return data.data;
    if (thrown.code === 'BAD_REQUEST') return { kind: 'invalid-input', message: 'Daybreak did not accept these values.', hint: 'Check what you typed.' };
    return { kind: 'internal', message: thrown.message, hint: 'This is a mistake in Daybreak. Please report it.' };
  }
  return { kind: 'connection', message: 'Daybreak did not answer.', hint: 'It may have been ended. This page goes on by itself when it is back.' };
}
