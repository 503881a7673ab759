import { AppError } from '../../../src-shared/errors.ts';
import { FromLab, LabAnswers, type LabAnswer, type LabQuestion } from '../../../src-shared/lab-protocol.ts';
import type { WorkerHost } from '../ports.ts';

type Op = keyof typeof LabAnswers;

/** The host's end of a process that measures. */
export interface LabProcess {
  readonly pid: number;
  /** Resolves when it answers its first question. */
  readonly up: Promise<void>;
  /** Rejects with its `AppError`, or as `worker-lost` when it ends first. */
  ask<Asked extends Op>(question: Extract<LabQuestion, { op: Asked }>): Promise<LabAnswer<Asked>>;
  /** Kills it. What it runs and its scratch folder are ended and removed by their guards. */
  kill(): void;
}

interface Waiting {
  readonly op: Op;
  readonly resolve: (value: never) => void;
  readonly reject: (error: AppError) => void;
}

/** Forks one. */
export function startLabProcess(workerHost: WorkerHost): LabProcess {
  const child = workerHost.fork('lab');
  const waiting = new Map<number, Waiting>();
  const up = Promise.withResolvers<void>();
  up.promise.catch(() => {});
  let nextId = 1;
  let ended: AppError | null = null;

  function end(error: AppError): void {
    ended ??= error;
    up.reject(ended);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  }

  child.onMessage((raw) => {
    const message = FromLab.parse(raw);
    if (message.type === 'ready') return up.resolve();
    const asked = waiting.get(message.id);
    if (!asked) return;
    waiting.delete(message.id);
    if (message.type === 'error') asked.reject(new AppError(message.error));
    else asked.resolve(LabAnswers[asked.op].parse(message.value) as never);
  });
  child.onExit(({ lastWords }) => end(new AppError({
    kind: 'worker-lost', message: 'The process that measures ended unexpectedly', hint: 'Its scratch folder is removed. Start the Lab again.', detail: lastWords,
  })));

  return {
    get pid() {
      return child.pid;
    },
    up: up.promise,
    ask: (question) => new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = nextId++;
      waiting.set(id, { op: question.op, resolve, reject });
      child.send({ id, question });
    }),
    kill() {
      end(new AppError({ kind: 'cancelled', message: 'Cancelled' }));
      child.kill();
    },
  };
}
