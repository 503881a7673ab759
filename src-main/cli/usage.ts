import { AppError } from '../../src-shared/errors.ts';

/** An error in what the user typed: exit code 2. */
export function usageError(message: string, hint: string): AppError {
  return new AppError({ kind: 'invalid-input', message, hint });
}
