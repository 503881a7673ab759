import { Paper, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { speedWords, type CurvePoint } from './lab-words.ts';
import classes from './lab.module.css';

interface LabCurveProps {
  /** At least two. */
  readonly points: readonly CurvePoint[];
  /** How fast one rsync per top folder is; null: not measured. */
  readonly multisync: number | null;
}

const height = 190;
const edge = { left: 44, right: 96, top: 12, bottom: 34 } as const;

/** Speed over the number of workers, which doubles from mark to mark. */
export function LabCurve({ points, multisync }: LabCurveProps) {
  const { ref, width } = useElementSize();
  const top = Math.max(1, multisync ?? 0, ...points.map(({ most }) => most)) * 1.08;
  const best = points.reduce((one, other) => (other.speed > one.speed ? other : one));
  const [first, last] = [Math.log2(points[0]?.workers ?? 1), Math.log2(points.at(-1)?.workers ?? 2)];
  const xOf = (workers: number): number => edge.left + ((Math.log2(workers) - first) / Math.max(1e-9, last - first)) * (width - edge.left - edge.right);
  const yOf = (speed: number): number => height - edge.bottom - (speed / top) * (height - edge.top - edge.bottom);
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((each) => top / each <= 5) ?? 100;
  const marks = Array.from({ length: Math.floor(top / step) + 1 }, (_, place) => place * step);
  return (
    <Paper withBorder p="sm" mb="md">
      <Text size="xs" c="dimmed">How many times as fast as one rsync, by the number of workers</Text>
      <div ref={ref} className={classes.frame}><svg className={classes['curve']} width={width} height={height} role="img" aria-label={`Speed by workers. ${points.map(({ workers, speed }) => `${workers}: ${speedWords(speed)}`).join(', ')}.`}>
        {marks.map((mark) => (
          <g key={mark}>
            <line className={classes['mark']} x1={edge.left} x2={width - edge.right} y1={yOf(mark)} y2={yOf(mark)} />
            <text className={classes['words']} x={edge.left - 8} y={yOf(mark) + 4} textAnchor="end">{mark}x</text>
          </g>
        ))}
        {points.map(({ workers }) => <text key={workers} className={classes['words']} x={xOf(workers)} y={height - 14} textAnchor="middle">{workers}</text>)}
        <Level speed={1} label="one rsync" y={yOf(1)} end={width - edge.right} />
        {multisync !== null && Math.abs(yOf(multisync) - yOf(1)) > 12 && <Level speed={multisync} label="multisync" y={yOf(multisync)} end={width - edge.right} />}
        <path className={classes['line']} d={`M${points.map(({ workers, speed }) => `${xOf(workers)} ${yOf(speed)}`).join('L')}`} />
        {points.map(({ workers, speed, least, most }) => (
          <g key={workers} className={classes['point']} data-best={workers === best.workers || undefined}>
            <path d={`M${xOf(workers)} ${yOf(least)}V${yOf(most)}M${xOf(workers) - 4} ${yOf(least)}h8M${xOf(workers) - 4} ${yOf(most)}h8`} />
            <circle cx={xOf(workers)} cy={yOf(speed)} r={workers === best.workers ? 5 : 3.5} />
          </g>
        ))}
      </svg></div>
    </Paper>
  );
}

interface LevelProps {
  readonly speed: number;
  readonly label: string;
  readonly y: number;
  /** Where the line ends and its words begin. */
  readonly end: number;
}

function Level({ speed, label, y, end }: LevelProps) {
  return (
    <>
      <line className={classes['level']} x1={edge.left} x2={end} y1={y} y2={y} />
      <text className={classes['words']} x={end + 8} y={y + 4}>{label} {speedWords(speed)}</text>
    </>
  );
}
