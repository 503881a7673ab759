import { ORPCError, type Context } from '@orpc/server';
import type { StandardHandlerOptions } from '@orpc/server/standard';

type Interceptor = NonNullable<StandardHandlerOptions<Context>['interceptors']>[number];

/**
 * Refuses calls of one connection (status 429) while `most` of its calls are in flight. A stream counts until it ends or
 * its reader leaves.
 */
export function limitCalls(most: number): Interceptor {
  let inFlight = 0;
  return async (call) => {
    if (inFlight >= most) throw new ORPCError('TOO_MANY_REQUESTS', { message: `More than ${most} calls at once` });
    inFlight += 1;
    let hasEnded = false;
    const end = (): void => {
      if (!hasEnded) inFlight -= 1;
      hasEnded = true;
    };
    call.request.signal?.addEventListener('abort', end, { once: true });
    try {
      const result = await call.next();
      const body = result.response?.body;
      if (!isStream(body)) {
        end();
        return result;
      }
      return { ...result, response: { ...result.response, body: endingWith(body, end) } } as typeof result;
    } catch (thrown) {
      end();
      throw thrown;
    }
  };
}

function isStream(body: unknown): body is AsyncIterator<unknown, unknown> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'next' in body;
}

/** The same stream; `end` is called when it is over, however that comes. */
function endingWith(stream: AsyncIterator<unknown, unknown>, end: () => void): AsyncIteratorObject<unknown> {
  const told: AsyncIteratorObject<unknown> = {
    async next() {
      try {
        const result = await stream.next();
        if (result.done === true) end();
        return result;
      } catch (thrown) {
        end();
        throw thrown;
      }
    },
    async return(value) {
      end();
      return (await stream.return?.(value)) ?? { done: true, value };
    },
    [Symbol.asyncIterator]: () => told,
    async [Symbol.asyncDispose]() {
      await told.return?.();
    },
  };
  return told;
}
