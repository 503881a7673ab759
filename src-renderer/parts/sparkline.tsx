import { useEffect, useRef } from 'react';
import classes from './sparkline.module.css';

interface SparklineProps {
  /** Oldest first. */
  readonly values: readonly number[];
  /** The value at the upper edge; null: the highest there is. */
  readonly top: number | null;
  /** Room for so many values: fewer are drawn at the right. */
  readonly slots: number;
  /** Pixels. */
  readonly height: number;
}

/** A small filled curve. It says nothing that is not said in words beside it. */
export function Sparkline({ values, top, slots, height }: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const ratio = window.devicePixelRatio;
    const width = element.clientWidth;
    element.width = width * ratio;
    element.height = height * ratio;
    context.scale(ratio, ratio);
    if (values.length < 2) return;
    const highest = Math.max(top ?? 0, ...values, 1e-9);
    const step = width / (slots - 1);
    const x = (index: number): number => width - (values.length - 1 - index) * step;
    const y = (value: number): number => height - 1 - (value / highest) * (height - 3);
    context.beginPath();
    values.forEach((value, index) => context.lineTo(x(index), y(value)));
    const color = getComputedStyle(element).color;
    context.strokeStyle = color;
    context.lineWidth = 1.4;
    context.stroke();
    context.lineTo(width, height);
    context.lineTo(x(0), height);
    context.globalAlpha = 0.14;
    context.fillStyle = color;
    context.fill();
  }, [values, top, slots, height]);
  return <canvas ref={canvas} className={classes.line} height={height} aria-hidden />;
}
