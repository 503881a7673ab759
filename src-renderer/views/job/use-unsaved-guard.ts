import { useEffect, useRef, useState } from 'react';

/** Where the user wants to go while something is not saved yet. */
export interface UnsavedGuard {
  readonly isAsking: boolean;
  readonly leave: () => void;
  readonly stay: () => void;
  /** Lets the next change of place through: what was unsaved is saved. */
  readonly lift: () => void;
}

/** Holds every way out of the page (links, the back button, closing it) while `isDirty`, and asks. */
export function useUnsavedGuard(isDirty: boolean): UnsavedGuard {
  const [wanted, setWanted] = useState<string | null>(null);
  const isHolding = useRef(isDirty);
  const here = useRef(window.location.hash);

  useEffect(() => {
    isHolding.current = isDirty;
  }, [isDirty]);

  useEffect(() => {
    function onUnload(event: BeforeUnloadEvent): void {
      if (isHolding.current) event.preventDefault();
    }
    // In the capture phase, so that the page's own listener does not see a change that is taken back.
    function onHashChange(event: HashChangeEvent): void {
      if (!isHolding.current || window.location.hash === here.current) return;
      event.stopImmediatePropagation();
      setWanted(window.location.hash);
      window.history.replaceState(null, '', here.current);
    }
    window.addEventListener('beforeunload', onUnload);
    window.addEventListener('hashchange', onHashChange, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      window.removeEventListener('hashchange', onHashChange, { capture: true });
    };
  }, []);

  function leave(): void {
    isHolding.current = false;
    if (wanted !== null) window.location.hash = wanted;
  }

  return {
    isAsking: wanted !== null,
    leave,
    stay: () => setWanted(null),
    lift: () => {
      isHolding.current = false;
    },
  };
}
