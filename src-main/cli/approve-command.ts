import { exitCodeOf, exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { formatNumberOf } from './format.ts';
import { line, renderLine, type Line } from './line.ts';
import { styleFor } from './style.ts';
import { heldReason } from './summary.ts';
import { usageError } from './usage.ts';
import { watchBackup } from './backup-command.ts';
import { nothingHeld, readApproval, type Approval } from '../core/approval.ts';
import { folderName } from '../core/safety/mass-change.ts';

/** Names shown of each list without `--list`. */
const SHOWN = 20;

export interface ApproveOptions {
  readonly list?: boolean;
  readonly yes?: boolean;
}

/**
 * `daybreak approve RUN`: shows what a run holds, asks, clears the alarms it raised or was held by, and runs its job again with
 * what it held approved. Throws `AppError` for a bad number, or a run that holds nothing.
 */
export async function runApprove(face: Face, run: string, { list = false, yes = false }: ApproveOptions): Promise<number> {
  if (!/^[1-9]\d{0,8}$/u.test(run)) throw usageError(`RUN ${run} is not the number of a run`, `See ${face.callName} history`);
  const app = await face.openApp({ toBackUp: !list });
  try {
    const approval = readApproval(app.store(), Number(run));
    const { job, held, alarms, permit } = approval;
    if (held.length === 0 && alarms.length === 0) throw nothingHeld(Number(run));
    const style = styleFor(face, face.output);
    const put = (lines: readonly Line[]): void => face.output.write(lines.map((each) => `${renderLine(style, each)}\n`).join(''));
    put(heldLines(approval, list ? Infinity : SHOWN));
    if (list) return exitCodes.ok;
    if (!yes && !(await isAgreed(face, approval))) return exitCodes.held;
    for (const { id, folder } of alarms) {
      app.store().alarms.clear(id, app.now());
      put([line(`Alarm cleared: ${folderName(folder)} is backed up again.`)]);
    }
    const { deleteLimit, ...approved } = permit;
    const outcome = await watchBackup(face, app, {
      jobId: job.id, source: job.source, destination: job.destination, ...approved,
      options: deleteLimit ? { ...job.options, deleteLimit } : job.options,
      trigger: 'cli', dryRun: false, reportChanges: false, acceptNewMounts: false,
    }, { json: false, quiet: false, verbose: false, yes });
    return exitCodeOf(outcome);
  } finally {
    await app.close();
  }
}

function heldLines({ job, held, alarms }: Approval, most: number): Line[] {
  return [
    line(`${job.name}: ${job.source} -> ${job.destination}`, 'strong'),
    ...held.flatMap((each) => heldReason(each, most)),
    ...alarms.flatMap(({ reason, run, names }) => [
      line(`Alarm of run ${run}: ${reason}`, 'warning'),
      ...names.slice(0, most).map((name) => line(`  ${name}`)),
    ]),
  ];
}

/** Asks the person at the terminal. Only `y` or `yes` is a yes; where there is no terminal it is a no that says how to go on. */
async function isAgreed({ ask, errors, callName }: Face, { held, alarms }: Approval): Promise<boolean> {
  if (!ask) {
    errors.write(`Not at a terminal, so nobody can be asked. If all of it is meant, run again with: ${callName} approve RUN --yes\n`);
    return false;
  }
  const what = [
    ...(held.length > 0 ? ['remove them'] : []),
    ...(alarms.length > 0 ? [`clear ${formatNumberOf(alarms.length, 'alarm')}`] : []),
  ].join(' and ');
  const answer = await ask(`Run the job again and ${what}? [y/N] `, new AbortController().signal);
  return /^\s*y(?:es)?\s*$/iu.test(answer ?? '');
}
