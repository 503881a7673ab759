import { useComputedColorScheme } from '@mantine/core';
import { memo, useEffect, useMemo, useRef } from 'react';
import { paintPlot, type Span } from './paint-plot.ts';
import classes from './picture.module.css';
import { meanOf, summaryOf, type Plot } from './plot.ts';

interface PlotRowProps {
  readonly plot: Plot;
  readonly spans: readonly Span[];
  readonly totalMs: number;
  /** Pixels of the whole picture: another width is another drawing. */
  readonly width: number;
  /** The sample whose values stand beside the curves; `mean`: those of all. */
  readonly index: number | 'mean';
}

/** One plot: its name and values at the left, its curves on the common axis. Drawn anew only when samples come, about once a second. */
export const PlotRow = memo(function PlotRow({ plot, spans, totalMs, width, index }: PlotRowProps) {
  const lengths = useMemo(() => spans.map(({ from, to }) => to - from), [spans]);
  const height = Math.max(58, 20 + plot.series.length * 17);
  return (
    <div className={classes.row}>
      <div className={classes.words}>
        <div className={classes.title} title={plot.title}>{plot.title}</div>
        {plot.series.map((series) => {
          const { label, color, shape, values, format } = series;
          const value = index === 'mean' ? meanOf(series, lengths) : values[index] ?? null;
          return (
            <div key={label} className={classes.series}>
              <span className={classes.key} data-shape={shape} style={{ color }} />
              <span className={classes.label}>{label}</span>
              <span className={classes.value}>{value === null ? '' : format(value)}</span>
            </div>
          );
        })}
      </div>
      <div className={classes.plot} style={{ height }}>
        <Curves plot={plot} spans={spans} totalMs={totalMs} width={width} height={height} />
        <span className={classes.top} aria-hidden>{plot.topLabel}</span>
      </div>
    </div>
  );
});

/** Apart from the values, which change with the pointer. */
const Curves = memo(function Curves({ plot, spans, totalMs, width, height }: Omit<PlotRowProps, 'index'> & { readonly height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen || width === 0) return;
    const ratio = window.devicePixelRatio;
    const size = { width, height, totalMs };
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintPlot(pen, plot, spans, size);
  }, [plot, spans, totalMs, width, height, scheme]);
  return <canvas ref={canvas} className={classes.canvas} role="img" aria-label={summaryOf(plot, spans.map(({ from, to }) => to - from))} />;
});
