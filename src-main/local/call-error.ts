import { ORPCError } from '@orpc/client';
import { ErrorSchema } from '../../src-shared/error-schema.ts';
import { AppError } from '../../src-shared/errors.ts';

/** What a call to another host threw, in our words: what that host said, or that it is gone (`connection`). */
export function callError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (!(thrown instanceof ORPCError)) {
    return new AppError({ kind: 'connection', message: 'Daybreak ended while it was asked.', hint: 'Look whether it is there again: daybreak status' });
  }
  const data = ErrorSchema.safeParse(thrown.data);
  if (data.success) return new AppError(data.data);
  if (thrown.code === 'NOT_FOUND') {
    return new AppError({ kind: 'permission', message: 'This host does not answer that here.', hint: 'Use sudo for the system service; or is that host of another version?' });
  }
  return new AppError({ kind: thrown.code === 'BAD_REQUEST' ? 'invalid-input' : 'internal', message: `The host did not accept this: ${thrown.message}` });
}
