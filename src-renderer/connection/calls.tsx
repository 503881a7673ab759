import { createContext, useContext, type ReactNode } from 'react';
import type { Calls } from '../../src-shared/contract/contract.ts';

const CallsContext = createContext<Calls | null>(null);

export function CallsProvider({ calls, children }: { readonly calls: Calls; readonly children: ReactNode }) {
  return <CallsContext value={calls}>{children}</CallsContext>;
}

/** The calls of the contract, whatever carries them. */
export function useCalls(): Calls {
  const calls = useContext(CallsContext);
  if (!calls) throw new Error('There is no CallsProvider above this component');
  return calls;
}
