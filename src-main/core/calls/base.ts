import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../../src-shared/contract/contract.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';

/**
 * What every call is built from: the contract, with our errors in its words. What nobody foresaw is told without its
 * stack, which says nothing to the page.
 */
export const base = implement(contract).use(async ({ next }) => {
  try {
    return await next();
  } catch (thrown) {
    if (thrown instanceof ORPCError) throw thrown;
    const { detail, ...data } = toAppError(thrown).toData();
    throw new ORPCError('APP', {
      status: 422, message: data.message, data: thrown instanceof AppError && detail !== undefined ? { ...data, detail } : data,
    });
  }
});
