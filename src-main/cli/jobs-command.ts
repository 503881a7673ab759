import type { JobSummary } from '../../src-shared/run-view.ts';
import { machineTimeZone } from '../core/schedule/machine-time.ts';
import { dateWords, scheduleWords } from '../core/schedule/words.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatMoment, formatZone } from './format.ts';
import { line, renderLine, type Line } from './line.ts';
import { styleFor } from './style.ts';
import { tableLines, type Column } from './table.ts';
import { printable } from './text.ts';

/** `daybreak jobs`: the saved jobs, when they run next, how they ended last and until when they are protected. */
export async function runJobs(face: Face, options: { readonly json?: boolean }): Promise<number> {
  const app = await face.openApp();
  try {
    const jobs = app.jobs.list().filter(({ job }) => job.kind === 'saved');
    const { pausedUntil } = app.scheduler.state();
    if (options.json === true) face.output.write(`${JSON.stringify({ jobs, pausedUntil })}\n`);
    else {
      const style = styleFor(face, face.output);
      const width = face.output.size()?.columns ?? null;
      face.output.write(jobLines(jobs, pausedUntil, width, face).map((each) => `${renderLine(style, each)}\n`).join(''));
    }
    return exitCodes.ok;
  } finally {
    await app.close();
  }
}

const columns = (zone: string): readonly Column[] => [
  { title: 'job', align: 'left' },
  { title: 'schedule', align: 'left' },
  { title: `next run (${zone})`, align: 'left' },
  { title: 'last run', align: 'left' },
  { title: 'protected until', align: 'left' },
  { title: 'source -> destination', align: 'left', flexible: true },
];

function jobLines(jobs: readonly JobSummary[], pausedUntil: number | null, width: number | null, face: Face): Line[] {
  if (jobs.length === 0) return [line(`No saved jobs yet. Make one in the interface: ${face.callName} serve --open`)];
  const zone = machineTimeZone();
  const now = face.now();
  const rows = jobs.map(({ job, lastRun, nextRunAt, protectedUntil }) => [
    printable(job.name),
    job.schedule?.enabled ? printable(scheduleWords(job.schedule, zone)) : job.schedule ? 'switched off' : '-',
    nextRunAt === null ? '-' : formatMoment(nextRunAt),
    lastRun === null ? '-' : `${lastRun.state} ${formatMoment(lastRun.startedAt)}`,
    protectedUntil === null ? 'never' : formatMoment(protectedUntil),
    printable(`${job.source} -> ${job.destination}`),
  ]);
  const [title = '', ...body] = tableLines(columns(formatZone(now)), rows, width);
  return [
    ...(pausedUntil === null ? [] : [line(`All schedules are paused until ${dateWords(pausedUntil, now, zone)}.`, 'warning')]),
    line(title, 'strong'),
    ...body.map((text, index) => line(text, jobs[index]?.lastRun?.state === 'failed' ? 'problem' : 'plain')),
  ];
}
