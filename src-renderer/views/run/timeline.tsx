import { Group, Text } from '@mantine/core';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import type { Lane } from '../../../src-shared/run-event.ts';
import type { TimelineBar } from '../../../src-shared/run-view.ts';
import { formatDuration } from '../../format.ts';
import { barAt, boxOf, coveredMs, summaryOf, type Scale } from './timeline-layout.ts';
import classes from './timeline.module.css';

interface TimelineProps {
  readonly bars: readonly TimelineBar[];
  /** Units that run now. */
  readonly running: readonly Lane[];
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly elapsedMs: number;
}

const legend = [['done', 'Done'], ['warned', 'Warnings'], ['failed', 'Failed'], ['running', 'Running']] as const;

/** One lane per worker, a bar per unit: a long tail is seen at once. Ended bars are drawn once, running ones with each frame. */
export function Timeline({ bars, running, startedAt, elapsedMs }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<{ picture: HTMLCanvasElement; key: string; count: number } | null>(null);
  const [hovered, setHovered] = useState<TimelineBar | null>(null);
  const lanes = Math.max(1, ...bars.map(([, lane]) => lane + 1), ...running.map(({ lane }) => lane + 1));
  const totalMs = running.length > 0 ? coveredMs(elapsedMs) : Math.max(1, elapsedMs, ...bars.slice(-200).map(([, , start, duration]) => start + duration));
  const height = Math.min(320, Math.max(56, lanes * 22));
  const scaleFor = (width: number): Scale => ({ totalMs, lanes, width, height });

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const ratio = window.devicePixelRatio;
    const width = element.clientWidth;
    const colors = colorsOf(element);
    const key = [width, height, ratio, totalMs, lanes, ...Object.values(colors)].join(' ');
    if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    if (drawn.current?.key !== key || drawn.current.count > bars.length) {
      const picture = document.createElement('canvas');
      picture.width = element.width;
      picture.height = element.height;
      drawn.current = { picture, key, count: 0 };
    }
    const { picture, count } = drawn.current;
    const pen = picture.getContext('2d')!;
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
    context.drawImage(picture, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors['running'] ?? '';
    for (const { lane, startedAt: unitStart } of running) {
      const start = Math.max(0, unitStart - startedAt);
      const box = boxOf(lane, start, Math.max(0, elapsedMs - start), scale);
      context.fillRect(box.x, box.y, box.width, box.height);
    }
  });

  const hover = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { left, top, width } = event.currentTarget.getBoundingClientRect();
    setHovered(barAt(bars, event.clientX - left, event.clientY - top, scaleFor(width)));
  };
  return (
    <div>
      <canvas
        ref={canvas} className={classes.picture} style={{ height }} role="img" aria-label={`Timeline: ${summaryOf(bars, lanes)}`}
        onPointerMove={hover} onPointerLeave={() => setHovered(null)}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <Group gap="md">
          {legend.map(([state, word]) => <Text key={state} size="xs" c="dimmed"><span className={classes.key} data-state={state} />{word}</Text>)}
        </Group>
        <Text size="xs" c="dimmed">
          {hovered ? `Unit ${hovered[0]}, lane ${hovered[1] + 1}: ${formatDuration(hovered[3])}, ${hovered[4]}` : `0 to ${formatDuration(totalMs)}, ${lanes === 1 ? 'one lane' : `${lanes} lanes`}`}
        </Text>
      </Group>
    </div>
  );
}

/** Colours of the theme, as custom properties of the picture. */
function colorsOf(element: HTMLElement): Readonly<Record<string, string>> {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--bar-${name}`).trim();
  return {
    done: of('done'), 'pending-deletes': of('done'), deleting: of('done'), split: of('done'), warned: of('warned'), held: of('warned'), failed: of('failed'),
    cancelled: of('quiet'), waiting: of('quiet'), running: of('running'),
  };
}
