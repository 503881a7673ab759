import { Paper, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useCalls } from '../../connection/calls.tsx';
import { formatBytes, formatDuration } from '../../format.ts';
import { useAppStore } from '../../store/app-store.ts';

/** Duration and size of a job's last runs. */
export function TrendPlot({ jobId }: { readonly jobId: string }) {
  const calls = useCalls();
  const version = useAppStore((state) => state.historyVersion);
  const frame = useRef<HTMLDivElement>(null);
  const [words, setWords] = useState('');
  useEffect(() => {
    let plot: UPlot | null = null;
    let hasLeft = false;
    calls.history.trend({ jobId, limit: 200 }).then((runs) => {
      if (hasLeft || !frame.current) return;
      setWords(runs.length < 2 ? 'A trend needs two runs that copied.' : `The last ${runs.length} runs: ${formatDuration(Math.min(...runs.map((run) => run.durationMs)))} to ${formatDuration(Math.max(...runs.map((run) => run.durationMs)))}.`);
      if (runs.length < 2) return;
      const color = getComputedStyle(frame.current).color;
      const axis = { stroke: color, grid: { stroke: `color-mix(in srgb, ${color} 14%, transparent)`, width: 1 }, ticks: { show: false } };
      plot = new UPlot({
        width: frame.current.clientWidth, height: 170, legend: { show: false }, cursor: { drag: { x: false, y: false } },
        scales: { bytes: {} },
        axes: [axis, { ...axis, values: (_plot, values) => values.map((value) => formatDuration(value)), size: 74 }, { ...axis, scale: 'bytes', side: 1, grid: { show: false }, values: (_plot, values) => values.map((value) => formatBytes(value)), size: 70 }],
        series: [{}, { label: 'Duration', stroke: '#6d6af0', width: 2, points: { show: true, size: 6 } }, { label: 'Size', scale: 'bytes', stroke: '#e0a020', width: 1.5, dash: [5, 4] }],
      }, [runs.map((run) => run.startedAt / 1000), runs.map((run) => run.durationMs), runs.map((run) => run.bytes)], frame.current);
    }, () => undefined);
    return () => {
      hasLeft = true;
      plot?.destroy();
    };
  }, [calls, jobId, version]);
  return (
    <Paper withBorder p="sm" component="section" aria-label="Trend">
      <Text size="xs" c="dimmed">Duration (line) and size (dashed). {words}</Text>
      <div ref={frame} aria-hidden />
    </Paper>
  );
}
