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

/** A small filled curve. It says nothing that is not said in words beside it. A canvas would have to ask for its width, hundreds of times in a long list. */
export function Sparkline({ values, top, slots, height }: SparklineProps) {
  const highest = Math.max(top ?? 0, ...values, 1e-9);
  const first = slots - values.length;
  const points = values.map((value, index) => `${first + index} ${(height - 1 - (value / highest) * (height - 3)).toFixed(1)}`);
  return (
    <svg className={classes.line} viewBox={`0 0 ${slots - 1} ${height}`} height={height} preserveAspectRatio="none" aria-hidden>
      {values.length > 1 && (
        <>
          <path className={classes.area} d={`M${points.join('L')}L${slots - 1} ${height}L${first} ${height}Z`} />
          <path className={classes.curve} d={`M${points.join('L')}`} vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}
