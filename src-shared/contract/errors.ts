import { oc } from '@orpc/contract';
import { ErrorSchema } from '../error-schema.ts';

/** Every call may fail in our words: the error's data is an `AppError` as plain data. */
export const call = oc.errors({ APP: { status: 422, data: ErrorSchema } });
