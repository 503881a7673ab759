import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import { contract } from './contract.ts';
import { call } from './errors.ts';

/** What is asked of a host over the socket in its data folder alone: no page may. */
export const hostCalls = {
  /** A new link that lets one browser in, once; null where this host serves no browser. It is a secret. */
  startLink: call.output(z.object({ link: z.string().nullable() })),
};

/** What a host answers over its local socket: every call of the interface, and those for its owner. */
export const localContract = { ...contract, host: hostCalls };

/** The calls as command line and other hosts see them. */
export type LocalCalls = ContractRouterClient<typeof localContract>;
