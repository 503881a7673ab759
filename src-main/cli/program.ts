import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { AppError } from '../../src-shared/errors.ts';
import { readBackupCommand, type TypedBackupOptions } from './backup-options.ts';
import { examples } from './examples.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { addHostCommands } from './host-commands.ts';
import { addJobCommands } from './job-commands.ts';
import type { TypedLabOptions } from './lab-options.ts';
import { addTrustCommands } from './trust-commands.ts';
import { usageError } from './usage.ts';

/**
 * Reads a command line (without node and script), does what it asks and answers with the exit code.
 * Throws `AppError` for what cannot be started; invalid-input for what cannot be understood.
 * Commands are loaded when they are asked for: help and errors stay quick.
 */
export async function runCommandLine(argv: readonly string[], face: Face): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(face, (code) => {
    exitCode = code;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return exitCodes.ok;
    // `daybreak help nothing` and the like have printed the help already.
    if (thrown.code === 'commander.help') return exitCodes.usage;
    throw inOurWords(thrown, argv, face.callName);
  }
}

function createProgram(face: Face, done: (exitCode: number) => void): Command {
  const program = new Command(face.callName);
  program
    .usage('<command> [options]')
    .description('Parallel rsync backups that finish before morning')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => face.output.write(text),
      // Errors are told by the caller, in one form for all of them.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(100, face.output.size()?.columns ?? 80),
      getOutHasColors: () => false,
    })
    .addHelpText('after', () => examples(face.callName, [
      ['demo', 'see it work on a sample tree'],
      ['backup /data/prod /mnt/backup', 'copy, keep what was deleted at the source'],
      ['backup /data/prod /mnt/backup --delete -n', 'show what a mirror would delete and copy'],
      ['history', 'what ran, and how it ended'],
      ['receipt 17', 'what run 17 protected, and what not'],
      ['serve --open', 'the same by point and click, in the browser'],
    ]));
  addBackup(program, face, done);
  addJobCommands(program, face, done);
  program.command('demo')
    .description('back up a sample tree with one rsync and with the pool, and compare')
    .option('--keep', 'leave the sample tree and both copies in place')
    .addHelpText('after', () => examples(face.callName, [
      ['demo', 'takes under a minute and 1 GB in the temporary folder, all removed at the end'],
    ], 'DAYBREAK_DEMO_FOLDER says where else the sample tree is made, to try another disk or share.'))
    .action(async (options: { keep?: boolean }) => {
      const { runDemo } = await import('./demo/demo-command.ts');
      done(await runDemo(face, options));
    });
  addLab(program, face, done);
  program.command('history').argument('[RUN]', 'the number of a run')
    .description('list the runs, newest first; or one run with its units, slowest first')
    .option('--limit <N>', 'how many runs to list', '20')
    .option('--all', 'all units of a run, not the slowest 20')
    .option('--compare <RUN>', 'another run: what differs, and what explains the time')
    .option('--json', 'one JSON document')
    .addHelpText('after', () => examples(face.callName, [
      ['history --limit 5', 'the last five runs'],
      ['history 17 --all', 'run 17 with all its units'],
      ['history 17 --compare 18', 'why one took longer than the other'],
    ]))
    .action(async (run: string | undefined, options: { json?: boolean; limit?: string; all?: boolean; compare?: string }) => {
      const { runHistory } = await import('./history-command.ts');
      done(await runHistory(face, run, options));
    });
  addTrustCommands(program, face, done);
  program.command('serve')
    .description('open the interface to browsers of this machine, until Ctrl-C')
    .option('--port <N>', 'the port to listen on (default: any that is free)')
    .option('--open', 'open it in the browser')
    .option('--metrics', 'answer /metrics for Prometheus to all users of this machine')
    .option('--metrics-token-file <FILE>', 'the same, but only for those who show the token in FILE')
    .option('--service', 'for a supervisor: log for a journal, print no link (daybreak status --link gives one)')
    .addHelpText('after', () => examples(face.callName, [
      ['serve --open', 'the interface in the browser'],
      ['serve --port 8090', 'on a server, for a browser behind: ssh -L 8090:127.0.0.1:8090 server'],
    ], 'It listens on 127.0.0.1 only. The link that it prints lets one browser in, once.'))
    .action(async (options: { port?: string; open?: boolean; service?: boolean; metrics?: boolean; metricsTokenFile?: string }) => {
      const { runServe } = await import('./serve-command.ts');
      done(await runServe(face, options));
    });
  addHostCommands(program, face, done);
  program.command('doctor')
    .description('check that backups can run here: rsync, Node, data folder, owners')
    .option('--json', 'one JSON document')
    .addHelpText('after', () => examples(face.callName, [['doctor', 'every check with what to do about it']]))
    .action(async (options: { json?: boolean }) => {
      const { runDoctor } = await import('./doctor-command.ts');
      done(await runDoctor(face, options));
    });
  return program;
}

function addBackup(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('backup')
    .description('copy the contents of SRC into DEST with a pool of rsync processes')
    .argument('<SRC>', 'folder to back up')
    .argument('<DEST>', 'folder that receives the contents of SRC')
    .option('--workers <N|auto>', 'how many rsync processes at once, 1 to 64 (default: auto)')
    .option('--delete', 'mirror: delete at DEST what is gone from SRC, after everything is copied')
    .option('--max-delete <N|P%>', 'hold deletions of more than N, or of P% of a top folder or of all; 100% lifts the brake')
    .option('-n, --dry-run', 'show what would change, deletions first, and change nothing')
    .option('--exclude <P>', 'leave out what matches the pattern, as in rsync(1); may be repeated', collect)
    .option('-c, --checksum', 'compare files by content, not by size and time')
    .option('-z, --compress', 'compress between the two ends (slower on mounted shares)')
    .option('-b, --backup', 'keep files that are replaced or deleted')
    .option('--backup-dir <DIR>', 'keep them in DIR, outside of SRC and DEST (implies --backup)')
    .option('--bwlimit <R>', 'limit of the whole run, as in rsync(1): KiB/s, or with K, M, G, KB, MB ...')
    .option('-A, --acls', 'keep access control lists')
    .option('-X, --xattrs', 'keep extended attributes')
    .option('-S, --sparse', 'write long runs of zeroes as holes')
    .option('--numeric-ids', 'keep the numbers of owners and groups, do not map their names')
    .option('--fsync', 'have each file on the disk before the next one is begun')
    .option('--modify-window <S>', 'times that differ by S seconds (0 or 1) are the same, for FAT and exFAT')
    .option('--yes', 'answer yes to the question before the first mirror into a folder that is not empty')
    .option('--accept-new-mount', 'SRC or DEST is on another disk or share than last time, on purpose')
    .option('--json', 'one event per line, see docs/json-events.md')
    .option('-q, --quiet', 'only problems')
    .option('-v, --verbose', 'every unit and every changed name')
    .addHelpText('after', () => examples(face.callName, [
      ['backup /data/prod /mnt/backup', 'copy; files deleted at the source are kept'],
      ['backup /data/prod /mnt/backup --delete', 'mirror'],
      ['backup /data/prod /mnt/backup --exclude "*.tmp" --exclude /scratch/', 'two patterns'],
      ['backup /data/prod /mnt/backup --bwlimit 50MB -q', 'for a crontab: silent unless something is wrong'],
    ], 'Exit codes: 0 ok, 1 failed, 2 usage, 3 warned, 4 deletions held, 5 unproven, 130 cancelled.'))
    .action(async (source: string, destination: string, typed: TypedBackupOptions) => {
      const command = readBackupCommand(source, destination, typed, face.callerFolder);
      const { runBackup } = await import('./backup-command.ts');
      done(await runBackup(face, command));
    });
}

function addLab(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('lab')
    .description('measure ways to copy a sample of SRC: one rsync, one per folder, pools, threads and processes')
    .argument('<SRC>', 'folder to take the sample of')
    .argument('<DEST>', 'folder of the backup; it is measured in a scratch folder there')
    .option('--sample-size <SIZE>', 'most bytes of the sample: 300MB, 1GB', '1GB')
    .option('--sample-entries <N>', 'most files and folders of the sample', '30000')
    .option('--rounds <N>', 'measurements of each way, 1 to 9', '3')
    .option('--time <TIME>', 'time of the whole: 90s, 5min, 1h', '5min')
    .option('--ways <LIST>', 'only these ways: one-rsync, multisync, pool-8, threads ... with commas between them')
    .option('--exclude <P>', 'leave out what matches the pattern, as in rsync(1); may be repeated', collect)
    .option('--job <JOB>', 'measure for this saved job, with its options; the result can be applied to it')
    .option('--json', 'one JSON document')
    .addHelpText('after', () => examples(face.callName, [
      ['lab /data/prod /mnt/backup', 'what is fastest here, and why'],
      ['lab /data/prod /mnt/backup --time 1min --rounds 1', 'a quick look'],
    ], 'Nothing at DEST is touched but its own scratch folder, DEST/.daybreak/lab, which is removed afterwards.'))
    .action(async (source: string, destination: string, options: TypedLabOptions) => {
      const { runLab } = await import('./lab-command.ts');
      done(await runLab(face, source, destination, options));
    });
}

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

/** All of them, for the hint behind an error. */
const commands = [
  'backup', 'lab', 'jobs', 'run', 'pause', 'demo', 'history', 'receipt', 'receipts', 'approve', 'serve', 'status', 'service', 'notify', 'doctor',
];

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` as a message and a next step. */
function inOurWords(thrown: CommanderError, argv: readonly string[], callName: string): AppError {
  const [first = '', suggestion = ''] = thrown.message.split('\n');
  const message = first.replace(/^error: /u, '');
  const command = commands.find((name) => name === argv[0]);
  const help = `See ${callName}${command === undefined ? '' : ` ${command}`} --help`;
  const hints = [
    suggestion.replace(/^\((?<text>.*)\)$/u, '$<text>'),
    thrown.code === 'commander.excessArguments' ? 'Quote names that hold spaces, and write --exclude before every pattern.' : '',
    help,
  ];
  return usageError(message, hints.filter((hint) => hint !== '').join(' '));
}
