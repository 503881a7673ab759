import type { Ref } from 'react';
import type { TimelineBar } from '../../../../src-shared/run-view.ts';
import { formatDuration } from '../../../format.ts';
import classes from './picture.module.css';

interface OverlayProps {
  readonly frame: Ref<HTMLDivElement>;
  /** Ms of the lines of the grid. */
  readonly ticks: readonly number[];
  readonly totalMs: number;
  /** Ms under the pointer; null: it is elsewhere. */
  readonly pointed: number | null;
  /** The unit under the pointer. */
  readonly unit: TimelineBar | null;
}

/** Over all curves: the grid, the time of the unit under the pointer, and the line through the moment that is pointed at. */
export function Overlay({ frame, ticks, totalMs, pointed, unit }: OverlayProps) {
  const place = (ms: number): string => `${(ms / totalMs) * 100}%`;
  return (
    <div className={classes.overlay} ref={frame} aria-hidden>
      {ticks.slice(1).map((ms) => <span key={ms} className={classes.grid} style={{ left: place(ms) }} />)}
      {unit && <span className={classes.band} style={{ left: place(unit[2]), width: place(unit[3]) }} />}
      {pointed !== null && (
        <span className={classes.cross} style={{ left: place(pointed) }}>
          <span className={classes.time} data-left={pointed > totalMs * 0.9 || undefined}>{formatDuration(pointed)}</span>
        </span>
      )}
    </div>
  );
}
