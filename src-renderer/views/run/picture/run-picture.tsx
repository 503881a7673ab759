import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useMemo, useRef, useState, type PointerEvent } from 'react';
import type { Lane } from '../../../../src-shared/run-event.ts';
import type { RunMeters } from '../../../../src-shared/run-meters.ts';
import type { TimelineBar } from '../../../../src-shared/run-view.ts';
import { formatDuration } from '../../../format.ts';
import { Timeline } from '../timeline.tsx';
import { coveredMs } from '../timeline-layout.ts';
import { Overlay } from './overlay.tsx';
import classes from './picture.module.css';
import { PlotRow } from './plot-row.tsx';
import { sampleAt, wordsAt } from './plot.ts';
import { plotsOf } from './plots-of.ts';
import { tickLabel, ticksOf } from './time-axis.ts';

interface RunPictureProps {
  readonly bars: readonly TimelineBar[];
  /** Units that run now. */
  readonly running: readonly Lane[];
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly isLive: boolean;
  readonly meters: RunMeters | null;
}

const noSamples: RunMeters['samples'] = [];

/** A run in one picture: what each worker did, and below, on the same axis, what was measured meanwhile. */
export function RunPicture({ bars, running, startedAt, elapsedMs, isLive, meters }: RunPictureProps) {
  const { ref, width } = useElementSize();
  const axis = useRef<HTMLDivElement>(null);
  const frame = useMergedRef(ref, axis);
  const [pointed, setPointed] = useState<number | null>(null);
  const [unit, setUnit] = useState<TimelineBar | null>(null);
  const samples = meters?.samples ?? noSamples;
  const plots = useMemo(() => (meters ? plotsOf(meters) : []), [meters]);
  const spans = useMemo(() => samples.map(({ at, spanMs }) => ({ from: Math.max(0, at - spanMs), to: at })), [samples]);
  const neededMs = Math.max(1, elapsedMs, ...bars.slice(-200).map(([, , start, duration]) => start + duration));
  const totalMs = isLive ? coveredMs(neededMs) : neededMs;
  const found = pointed === null ? null : sampleAt(samples, pointed);
  const index = found ?? (isLive ? samples.length - 1 : 'mean');
  const ticks = ticksOf(totalMs, width > 620 ? 8 : 5);

  const leave = (): void => {
    setPointed(null);
    setUnit(null);
  };
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const box = axis.current?.getBoundingClientRect();
    if (!box || event.clientX < box.left || event.clientX > box.right) return leave();
    setPointed(((event.clientX - box.left) / Math.max(1, box.width)) * totalMs);
  };
  const told = pointed === null ? '' : [formatDuration(pointed), ...(found === null ? [] : plots.map((plot) => wordsAt(plot, found))).filter((words) => words !== '')].join('; ');
  const figures = pointed !== null && found !== null ? `at ${formatDuration(pointed)}` : isLive ? 'now' : 'mean of the run';
  return (
    <section aria-label="What happened when" className={classes.picture} onPointerMove={point} onPointerLeave={leave}>
      <Timeline bars={bars} running={running} startedAt={startedAt} elapsedMs={elapsedMs} totalMs={totalMs} width={width} unit={unit} onUnit={setUnit} />
      {plots.map((plot) => <PlotRow key={plot.title} plot={plot} spans={spans} totalMs={totalMs} width={width} index={index} />)}
      <div className={classes.row}>
        <div className={classes.words}>{plots.length > 0 && <div className={classes.figures}>Figures: {figures}</div>}</div>
        <div className={classes.axis}>
          {ticks.map((ms) => <span key={ms} className={classes.tick} style={{ left: `${(ms / totalMs) * 100}%` }} data-last={ms / totalMs > 0.94 || undefined}>{tickLabel(ms)}</span>)}
          <input
            type="range" className={classes.scrub} aria-label="Moment in the picture" min={0} max={totalMs} step={totalMs / 200} value={pointed ?? Math.min(elapsedMs, totalMs)} aria-valuetext={told}
            onChange={(event) => setPointed(Number(event.currentTarget.value))} onFocus={() => setPointed(Math.min(elapsedMs, totalMs))} onBlur={leave}
          />
        </div>
      </div>
      <Overlay frame={frame} ticks={ticks} totalMs={totalMs} pointed={pointed} unit={unit} />
    </section>
  );
}
