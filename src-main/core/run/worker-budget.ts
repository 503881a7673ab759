import { largestSize } from './controller.ts';

/** A run's part of the workers that its devices may have. */
export interface Seat {
  /** Another number of workers is asked for: `auto` shares what those with a number leave. */
  ask(workers: number | 'auto'): void;
  /** The most an automatic pool of this run may have now. */
  share(): number;
  /** The run has ended: the others may have its part. Safe to call again. */
  leave(): void;
}

/** What the runs of this process that work at the same time may have together, for each device they touch. */
export interface WorkerBudget {
  /** `onShare` is called when the share of this run's automatic pool has become another one, because of another run. */
  join(devices: readonly string[], workers: number | 'auto', onShare: (share: number) => void): Seat;
}

interface Taken {
  readonly devices: ReadonlySet<string>;
  readonly onShare: (share: number) => void;
  workers: number | 'auto';
  share: number;
}

/**
 * On each device the automatic pools together may have `most` workers, less those that were asked for by number, in equal
 * parts, and at least one each. A run with several devices gets the least of its parts.
 */
export function createWorkerBudget(most = largestSize): WorkerBudget {
  const seats = new Set<Taken>();

  function shareOf({ devices }: Taken): number {
    const parts = [...devices].map((device) => {
      const asked = [...seats].filter((seat) => seat.devices.has(device)).map(({ workers }) => workers);
      const fixed = asked.reduce<number>((sum, workers) => sum + (workers === 'auto' ? 0 : workers), 0);
      const automatic = asked.filter((workers) => workers === 'auto').length;
      return Math.floor((most - fixed) / Math.max(1, automatic));
    });
    return Math.max(1, Math.min(most, ...parts));
  }

  /** Smaller shares first, so that the pools together never have too many. */
  function divide(cause: Taken | null): void {
    const changes = [...seats].map((seat) => ({ seat, share: shareOf(seat) })).filter(({ seat, share }) => share !== seat.share);
    changes.sort((a, b) => a.share - a.seat.share - (b.share - b.seat.share));
    for (const { seat, share } of changes) {
      seat.share = share;
      if (seat !== cause && seat.workers === 'auto') seat.onShare(share);
    }
  }

  return {
    join(devices, workers, onShare) {
      const seat: Taken = { devices: new Set(devices), onShare, workers, share: most };
      seats.add(seat);
      divide(seat);
      return {
        ask(next) {
          seat.workers = next;
          divide(seat);
        },
        share: () => seat.share,
        leave() {
          if (seats.delete(seat)) divide(null);
        },
      };
    },
  };
}
