import { useEffect, useMemo, useRef, type PointerEvent } from 'react';
import type { Lane } from '../../../src-shared/run-event.ts';
import type { TimelineBar } from '../../../src-shared/run-view.ts';
import { formatDuration } from '../../format.ts';
import picture from './picture/picture.module.css';
import { barAt, boxOf, summaryOf, type Scale } from './timeline-layout.ts';
import classes from './timeline.module.css';

interface TimelineProps {
  readonly bars: readonly TimelineBar[];
  /** Units that run now. */
  readonly running: readonly Lane[];
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  /** Ms that the axis covers. */
  readonly totalMs: number;
  /** Pixels of the axis. */
  readonly width: number;
  /** The unit under the pointer. */
  readonly unit: TimelineBar | null;
  readonly onUnit: (unit: TimelineBar | null) => void;
}

const legend = [['done', 'Done'], ['running', 'Running'], ['warned', 'Warnings'], ['failed', 'Failed']] as const;

/** One lane per worker, a bar per unit: a long tail is seen at once. Ended bars are drawn once, running ones with each frame. */
export function Timeline({ bars, running, startedAt, elapsedMs, totalMs, width, unit, onUnit }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<{ picture: HTMLCanvasElement; key: string; count: number } | null>(null);
  const used = useMemo(() => bars.reduce((most, [, lane]) => Math.max(most, lane + 1), 1), [bars]);
  const lanes = Math.max(used, ...running.map(({ lane }) => lane + 1));
  const height = Math.min(320, Math.max(90, lanes * 22));

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || width === 0) return;
    const ratio = window.devicePixelRatio;
    const colors = colorsOf(element);
    const key = [width, height, ratio, totalMs, lanes, ...Object.values(colors)].join(' ');
    if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    if (drawn.current?.key !== key || drawn.current.count > bars.length) {
      const fresh = document.createElement('canvas');
      fresh.width = element.width;
      fresh.height = element.height;
      drawn.current = { picture: fresh, key, count: 0 };
    }
    const { picture: ended, count } = drawn.current;
    const pen = ended.getContext('2d')!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scale: Scale = { totalMs, lanes, width, height };
    for (const [, lane, start, duration, state] of bars.slice(count)) {
      const box = boxOf(lane, start, duration, scale);
      pen.fillStyle = colors[state] ?? colors['done'] ?? '';
      pen.fillRect(box.x, box.y, Math.max(0.6, box.width - 0.6), box.height);
    }
    drawn.current.count = bars.length;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, element.width, element.height);
    context.drawImage(ended, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors['running'] ?? '';
    for (const { lane, startedAt: unitStart } of running) {
      const start = Math.max(0, unitStart - startedAt);
      const box = boxOf(lane, start, Math.max(0, elapsedMs - start), scale);
      context.fillRect(box.x, box.y, box.width, box.height);
    }
    if (unit) {
      const box = boxOf(unit[1], unit[2], unit[3], scale);
      context.strokeStyle = colors['frame'] ?? '';
      context.lineWidth = 2;
      context.strokeRect(box.x, box.y, box.width, box.height);
    }
  });

  const hover = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    onUnit(barAt(bars, event.clientX - left, event.clientY - top, { totalMs, lanes, width, height }));
  };
  return (
    <div className={picture.row}>
      <div className={picture.words}>
        <div className={picture.title}>{lanes === 1 ? '1 worker' : `${lanes} workers`}</div>
        <div className={classes.legend}>
          {legend.map(([state, word]) => <span key={state} className={classes.state}><span className={classes.key} data-state={state} />{word}</span>)}
        </div>
        <div className={classes.unit}>{unit ? `Unit ${unit[0]}, lane ${unit[1] + 1}: ${formatDuration(unit[3])}, ${unit[4]}` : ''}</div>
      </div>
      <canvas
        ref={canvas} className={classes.picture} style={{ height }} role="img" aria-label={`Timeline: ${summaryOf(bars, lanes)}`}
        onPointerMove={hover} onPointerLeave={() => onUnit(null)}
      />
    </div>
  );
}

/** Colours of the theme, as custom properties of the picture. */
function colorsOf(element: HTMLElement): Readonly<Record<string, string>> {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--bar-${name}`).trim();
  return {
    done: of('done'), 'pending-deletes': of('done'), deleting: of('done'), split: of('done'), warned: of('warned'), held: of('warned'), failed: of('failed'),
    cancelled: of('quiet'), waiting: of('quiet'), running: of('running'), frame: style.color,
  };
}
