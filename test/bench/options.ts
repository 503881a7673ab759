import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { contenders, type Contender } from './contenders.ts';
import { pointedContender, pointedNames } from './pointed-contenders.ts';
import { fixedPools } from './pool-contenders.ts';
import type { Row } from './rows.ts';
import { poolRows, rows, selectRows } from './rows.ts';

export interface BenchOptions {
  readonly help: boolean;
  /** Smaller trees, one round: to see that all works, not to publish. */
  readonly quick: boolean;
  readonly rows: readonly Row[];
  /** What is compared: Daybreak with others, Daybreak's own options, or numbers of workers. */
  readonly compared: 'peers' | 'options' | 'pool';
  readonly rounds: number;
  /** Names of the contenders beside one rsync and Daybreak; null: all there are. */
  readonly against: readonly string[] | null;
  /** Contenders whose programs the user pointed to. */
  readonly pointed: readonly Contender[];
  /** Absolute path for the JSON result; null for none. */
  readonly json: string | null;
  /** Absolute path of an earlier JSON result to compare with; null for none. */
  readonly compare: string | null;
  /** Absolute path of the folder to work in; null where the bench may choose. */
  readonly folder: string | null;
}

export const helpText = `npm run bench [-- options]

Backs up sample trees with one rsync, with what people use instead and with Daybreak, in turns, on this machine's file
system and behind a stand-in for a NAS, and compares time, CPU, memory and results. docs/benchmarks.md says how.

  --quick          smaller trees, one round: under 3 minutes
  --rows NAME,...  only these rows, all rows of these trees, or of this kind (local, disk, nas)
  --options        what each option of a job costs, instead of a comparison with others
  --pool           whether the pool finds the best number of workers by itself; has rows of its own, long ones
  --page           how quick the interface is; with --minutes N (10) for how long its memory is watched
  --scale          whether memory grows with the tree; with --entries N (2000000), see docs/scale.md
  --diagnosis      whether verdicts are right in staged situations; with --cases LIST, --repeats N (3), see docs/diagnosis.md
  --meters         what measuring a run costs: a share of a core, with 64 workers
  --lab            whether figures of the Lab are those of a stopwatch; see docs/lab.md
  --against LIST   only these beside one rsync and Daybreak, or with --pool only these pools ("8 workers,16 workers"); an empty word for none
  --msrsync FILE, --parsyncfp2 FILE   where these are; compared as well then
  --rounds N       how often each is measured (5; with --quick 1)
  --folder DIR     where the trees are made (default: memory where there is room, else the temporary folder)
  --json FILE      write every measurement and the machine's facts
  --compare FILE   beside the figures of an earlier --json
  -h, --help       print this
`;

/** Reads the words after `npm run bench --`. Throws `AppError` invalid-input. */
export function readOptions(argv: readonly string[], callerFolder: string): BenchOptions {
  const typed = parse(argv);
  const quick = typed.quick ?? false;
  const rounds = typed.rounds ?? (quick ? '1' : '5');
  if (!/^[1-9]\d{0,2}$/.test(rounds)) {
    throw new AppError({ kind: 'invalid-input', message: `--rounds is "${rounds}"`, hint: 'Give a whole number from 1 to 999.' });
  }
  if (typed.options && typed.pool) {
    throw new AppError({ kind: 'invalid-input', message: '--options and --pool are two comparisons.', hint: 'Give one of them at a time.' });
  }
  const words = (typed.rows ?? []).flatMap((list) => list.split(',')).filter((word) => word !== '');
  const pointed = pointedNames.flatMap((name) => {
    const program = typed[name];
    return program === undefined ? [] : [pointedContender(name, executable(`--${name}`, resolve(callerFolder, program)))];
  });
  return {
    help: typed.help ?? false,
    quick,
    rows: selectRows(words, typed.pool ? poolRows : rows),
    compared: typed.options ? 'options' : typed.pool ? 'pool' : 'peers',
    rounds: Number(rounds),
    against: typed.against === undefined ? null : readAgainst(typed.against, typed.pool ? fixedPools : [...contenders, ...pointed]),
    pointed,
    json: typed.json === undefined ? null : resolve(callerFolder, typed.json),
    compare: typed.compare === undefined ? null : resolve(callerFolder, typed.compare),
    folder: typed.folder === undefined ? null : resolve(callerFolder, typed.folder),
  };
}

function executable(option: string, path: string): string {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new AppError({ kind: 'invalid-input', message: `${option}: ${path} cannot be run.`, hint: 'Give the program itself, not its folder, and make it executable.' });
  }
}

function readAgainst(list: string, all: readonly Contender[]): string[] {
  const names = list.split(',').filter((word) => word !== '');
  const unknown = names.find((name) => !all.some((each) => each.name === name));
  if (unknown === undefined) return names;
  throw new AppError({ kind: 'invalid-input', message: `There is no contender "${unknown}".`, hint: `There are: ${all.map(({ name }) => name).join(', ')}.` });
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        quick: { type: 'boolean' },
        options: { type: 'boolean' },
        pool: { type: 'boolean' },
        msrsync: { type: 'string' },
        parsyncfp2: { type: 'string' },
        rows: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        against: { type: 'string' },
        json: { type: 'string' },
        compare: { type: 'string' },
        folder: { type: 'string' },
      },
    }).values;
  } catch (thrown) {
    throw new AppError({ kind: 'invalid-input', message: toAppError(thrown).message, hint: 'See npm run bench -- --help' });
  }
}
