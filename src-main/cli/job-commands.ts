import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { Face } from './face.ts';
import type { PauseOptions } from './pause-command.ts';
import type { TypedRunOptions } from './run-command.ts';

/** What is asked of saved jobs. */
export function addJobCommands(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('jobs')
    .description('list the saved jobs: when they run next, how they ended last, until when they are protected')
    .option('--json', 'one JSON document')
    .addHelpText('after', () => examples(face.callName, [['jobs', 'what is protected, and until when']]))
    .action(async (options: { json?: boolean }) => {
      const { runJobs } = await import('./jobs-command.ts');
      done(await runJobs(face, options));
    });
  program.command('run').argument('<JOB>', 'name or id of a saved job')
    .description('run a saved job now, and tell how it goes')
    .option('-n, --dry-run', 'show what would change, deletions first, and change nothing')
    .option('--yes', 'answer yes to the question before the first mirror into a folder that is not empty')
    .option('--accept-new-mount', 'source or destination is on another disk or share than last time, on purpose')
    .option('--json', 'one event per line, see docs/json-events.md')
    .option('-q, --quiet', 'only problems')
    .option('-v, --verbose', 'every unit and every changed name')
    .addHelpText('after', () => examples(face.callName, [
      ['run Nightly', 'now, and not when its schedule says'],
      ['run Nightly -n', 'what it would change'],
    ], 'Exit codes as of backup.'))
    .action(async (name: string, typed: TypedRunOptions) => {
      const { runJob } = await import('./run-command.ts');
      done(await runJob(face, name, typed));
    });
  program.command('pause')
    .description('let all schedules rest for a while; without an option, say whether they do')
    .option('--for <TIME>', 'so long: 30min, 1h, 2d')
    .option('--until <WHEN>', 'until then: tomorrow (6 in the morning), or a time of day like 14:30')
    .option('--off', 'schedules go on')
    .addHelpText('after', () => examples(face.callName, [
      ['pause --for 1h', 'nothing starts by itself for an hour'],
      ['pause --off', 'go on now'],
    ], 'What was due meanwhile is made up for once, left out or asked about, as each schedule says.'))
    .action(async (options: PauseOptions) => {
      const { runPause } = await import('./pause-command.ts');
      done(await runPause(face, options));
    });
}
