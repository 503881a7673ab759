import type { RsyncResult } from '../../../src-shared/rsync-result.ts';
import {
  type Cause, type Disposition, type EndContext, type Failure, failed, retryOrFail, type RetryPlan, says,
} from './disposition.ts';
import { judgeFileError, judgePartial } from './partial.ts';

export type { Disposition, EndContext, Note } from './disposition.ts';

/** rsync's own words for its exit codes (rsync(1), EXIT VALUES); 124 and above are about a command it runs. */
const meanings: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'syntax or usage error',
  2: 'protocol incompatibility',
  3: 'errors selecting input/output files or folders',
  4: 'requested action not supported',
  5: 'error starting client-server protocol',
  10: 'error in socket I/O',
  11: 'error in file I/O',
  12: 'error in rsync protocol data stream',
  13: 'errors with program diagnostics',
  14: 'error in IPC code',
  15: 'sibling process crashed',
  16: 'sibling process was killed by a signal',
  19: 'received SIGUSR1',
  20: 'received SIGINT, SIGTERM, or SIGHUP',
  21: 'some error returned by waitpid()',
  22: 'error allocating memory',
  23: 'partial transfer due to error',
  24: 'partial transfer due to vanished source files',
  25: 'the --max-delete limit stopped deletions',
  30: 'timeout in data send/receive',
  35: 'timeout waiting for daemon connection',
  124: 'the command failed',
  125: 'the command was killed',
  126: 'the command could not be run',
  127: 'the command was not found',
  255: 'the remote shell failed',
};

/** What an exit code means, in rsync's words. */
export function rsyncError(code: number): string {
  return meanings[code] ?? 'unknown error';
}

/** Decides what the end of a call means. Pure. For codes 11 and 23 the errno decides, for some the words on stderr. */
export function judgeEnd(result: RsyncResult, context: EndContext): Disposition {
  const { code } = result;
  if (code === 0 && result.facts.deletionsSkipped === 0) return { kind: 'done' };
  if (context.askedToStop) return { kind: 'cancelled' };
  if (code === null) return judgeSignal(result, context);
  if (context.attempt === 1 && isHardLinkFault(result)) {
    return { kind: 'retry', afterMs: 0, maxAttempts: 2, withoutHardLinks: true, sweepTemps: true };
  }
  switch (code) {
    case 0: case 25: return { kind: 'pending-deletes', note: null, retryAlone: false };
    case 5: return judgeDaemonStart(result, context);
    case 11: return judgeFileError(result, context);
    case 12: return judgeStream(result, context);
    case 14: return says(result, /failed to exec|exec failed/iu) ? notRunnable(result) : byTable(code, result, context);
    case 23: return judgePartial(result, context);
    case 24: return judgeVanished(result, context);
    case 30: return judgeTimeout(result, context);
    case 124: case 125: case 126: case 127: return notRunnable(result);
    case 255: return judgeRemoteShell(result, context);
    default: return byTable(code, result, context);
  }
}

/**
 * With a folder in the place of one name of a linked file that may not be removed, rsync gives up the whole call, or its
 * processes wait for one another until the worker ends them (seen with 3.5.0 in hlink.c finish_hard_link, with 3.2.7 as
 * "File-list index ... not in ..." in rsync.c got_flist_entry_status).
 */
function isHardLinkFault(result: RsyncResult): boolean {
  if (result.code === 20 || result.code === 30) return result.facts.couldNotMakeWay > 0;
  return (result.code === 2 || result.code === 13) && says(result, /^Hlink node data|\(finish_hard_link\)|^File-list index \d+ not in .*\(got_flist_entry_status\)/u);
}

interface Row {
  readonly plan?: RetryPlan;
  readonly cause: Cause;
}

const refused: Cause = {
  kind: 'rsync-unsupported', message: 'rsync did not accept the call',
  hint: 'Run `daybreak doctor` to see which rsync is used, and update it.', stopRun: true,
};
const connection: Cause = {
  kind: 'connection', message: 'The connection could not be made or was lost', hint: 'Check the network and the other machine.',
};
const ownProblem: Cause = {
  kind: 'internal', message: 'rsync had a problem of its own', hint: 'Look at the details; memory or processes may be short.',
};
const brokeOff: Cause = { kind: 'internal', message: 'rsync broke off', hint: 'Memory may be short: try fewer workers.' };
const endedByOther: Cause = {
  kind: 'worker-lost', message: 'Something outside of Daybreak ended rsync', hint: 'Run the backup again.',
};

const tryOnceMore: RetryPlan = { maxAttempts: 2, baseMs: 500 };
const tryGently: RetryPlan = { maxAttempts: 2, baseMs: 1000, fewerWorkers: true, smallerUnit: true, sweepTemps: true };
const reconnect: RetryPlan = { maxAttempts: 4, baseMs: 2000 };
const startAgain: RetryPlan = { maxAttempts: 3, baseMs: 500, sweepTemps: true };

/** Codes that always mean the same. */
const rows: Readonly<Record<number, Row>> = {
  1: { cause: refused },
  2: { cause: refused },
  3: {
    cause: {
      kind: 'invalid-input', message: 'rsync could not use the source or the destination as given',
      hint: 'Look at the details: a file may stand where a folder is needed, or a folder may belong to someone else.',
      stopRun: true,
    },
  },
  4: { cause: refused },
  10: { plan: reconnect, cause: connection },
  13: { plan: tryOnceMore, cause: ownProblem },
  14: { plan: tryOnceMore, cause: ownProblem },
  15: { plan: tryGently, cause: brokeOff },
  16: { plan: tryGently, cause: brokeOff },
  19: { plan: startAgain, cause: endedByOther },
  20: { plan: startAgain, cause: endedByOther },
  21: { plan: tryOnceMore, cause: ownProblem },
  22: { plan: tryGently, cause: brokeOff },
  35: { plan: reconnect, cause: connection },
};

function byTable(code: number, result: RsyncResult, context: EndContext): Disposition {
  const row = rows[code];
  if (!row) {
    return failed(result, {
      kind: 'internal', message: `rsync ended with code ${code}, which it does not document`, hint: 'Look at the details.',
    });
  }
  const cause = { ...row.cause, message: `${row.cause.message} (code ${code}: ${rsyncError(code)})` };
  return row.plan ? retryOrFail(result, context, row.plan, cause) : failed(result, cause);
}

const crashSignals: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGSYS'];

/** Killed, or (neither code nor signal) not started at all. */
function judgeSignal(result: RsyncResult, context: EndContext): Disposition {
  const { signal } = result;
  if (signal === null) return notRunnable(result);
  if (crashSignals.includes(signal)) {
    return retryOrFail(result, context, tryGently, { kind: 'internal', message: `rsync crashed (${signal})`, hint: refused.hint });
  }
  return retryOrFail(result, context, startAgain, {
    kind: 'worker-lost', message: `rsync was killed (${signal})`,
    hint: 'The system may be short of memory: look for "Out of memory" in its log, or try fewer workers.',
  });
}

function judgeDaemonStart(result: RsyncResult, context: EndContext): Disposition {
  if (says(result, /max connections/iu)) {
    return retryOrFail(result, context, { maxAttempts: 6, baseMs: 2000, fewerWorkers: true }, {
      kind: 'connection', message: 'The rsync server allows no more connections',
      hint: 'Use fewer workers, or raise "max connections" there.',
    });
  }
  if (says(result, /auth failed|authentication|password/iu)) {
    return failed(result, {
      kind: 'auth', message: 'The rsync server refused the user or the password', hint: 'Check the user name and the password.',
      stopRun: true,
    });
  }
  return failed(result, {
    kind: 'connection', message: 'The rsync server refused the call', hint: 'Check the name of its module.', stopRun: true,
  });
}

/** 24: once more at once, since what vanished is mostly a file that was replaced; then it is only worth a note. */
function judgeVanished(result: RsyncResult, context: EndContext): Disposition {
  if (context.attempt === 1) return { kind: 'retry', afterMs: 0, maxAttempts: 2 };
  const note = {
    message: 'Some files disappeared from the source while it was copied', hint: 'This is normal for a source in use.',
  };
  if (context.mirrorCopyPhase && result.facts.deletionsSkipped > 0) return { kind: 'pending-deletes', note, retryAlone: false };
  return { kind: 'done-with-note', note };
}

function judgeStream(result: RsyncResult, context: EndContext): Disposition {
  if (says(result, /rsync: (?:command )?not found|command not found|exec.*rsync.*no such file/iu)) return notRunnable(result);
  if (says(result, /protocol version mismatch|is your shell clean/iu)) {
    return failed(result, {
      kind: 'connection', message: 'The shell of the other machine says something before rsync can',
      hint: 'Remove greetings from its start files (.bashrc) where no one is at a terminal.', stopRun: true,
    });
  }
  return retryOrFail(result, context, { maxAttempts: 3, baseMs: 1000, sweepTemps: true }, {
    kind: 'connection', message: 'The two halves of rsync lost each other',
    hint: 'Look at the details: one of them was killed or crashed.',
  });
}

function judgeTimeout(result: RsyncResult, context: EndContext): Disposition {
  // The end of an allowed time (--stop-after, --stop-at): what is left is done next time.
  if (says(result, /stopping at requested limit/iu)) return { kind: 'cancelled' };
  return retryOrFail(result, context, reconnect,
    { kind: 'timeout', message: 'Nothing came through for too long', hint: 'Check that source and destination answer.' });
}

function judgeRemoteShell(result: RsyncResult, context: EndContext): Disposition {
  if (says(result, /permission denied|host key verification failed|too many authentication failures/iu)) {
    return failed(result, {
      kind: 'auth', message: 'The other machine refused the login', hint: 'Check the user, the key, and the known host key.',
      stopRun: true,
    });
  }
  return retryOrFail(result, context, { maxAttempts: 6, baseMs: 1000, fewerWorkers: true }, {
    kind: 'connection', message: 'The connection to the other machine broke',
    hint: 'Check the network; its ssh server may allow fewer sessions (MaxStartups).',
  });
}

function notRunnable(result: RsyncResult): Failure {
  return failed(result, {
    kind: 'rsync-missing', message: 'rsync could not be started', hint: 'Run `daybreak doctor` to see what is missing.',
    stopRun: true,
  });
}
