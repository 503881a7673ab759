/** Waits `ms`, or until `stop`. */
export function pause(ms: number, stop: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop?.addEventListener('abort', end);
    if (stop?.aborted === true) end();
  });
}

/** Whether the one who reads a stream has left. */
export function hasLeft(stop: AbortSignal | undefined): boolean {
  return stop?.aborted === true;
}
