import { AppError } from '../../../src-shared/errors.ts';
import { FromScout, ScoutAnswers, type ScoutAnswer, type ScoutRequest } from '../../../src-shared/scout-protocol.ts';
import type { Unit } from '../../../src-shared/unit.ts';
import type { WorkerHost } from '../ports.ts';

type OpWithAnswer = keyof typeof ScoutAnswers & ScoutRequest['op'];
type RequestOf<Op extends OpWithAnswer> = Extract<ScoutRequest, { op: Op }>;

interface Waiting {
  readonly op: OpWithAnswer;
  readonly resolve: (value: never) => void;
  readonly reject: (error: AppError) => void;
  readonly onUnits: ((units: Unit[], walkedEntries: number) => void) | undefined;
}

/** The host's end of a scout. */
export interface ScoutClient {
  /**
   * Asks and waits. With `about`, rejects as `timeout` when that path has not answered within `answerMs`, counted
   * from when the scout is up: that this machine is slow to start it says nothing of a path. Rejects as `worker-lost` when the scout ends first.
   */
  ask<Op extends OpWithAnswer>(request: RequestOf<Op>, about?: { path: string; answerMs: number }): Promise<ScoutAnswer<Op>>;
  /** Like `ask`, with the units as they come. */
  plan(request: RequestOf<'plan'>, onUnits: (units: Unit[], walkedEntries: number) => void): Promise<ScoutAnswer<'plan'>>;
  /** Tells the scout that the host has worked off a unit of its plan. */
  credit(unit: Unit): void;
  /** Kills the scout; open questions are rejected. It holds nothing that needs a gentler end. */
  close(): void;
  readonly pid: number;
}

/** Forks a scout. */
export function startScout(workerHost: WorkerHost): ScoutClient {
  const child = workerHost.fork('scout');
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let ended: AppError | null = null;
  const { promise: up, resolve: isUp } = Promise.withResolvers<void>();

  child.onMessage((raw) => {
    const message = FromScout.parse(raw);
    if (message.type === 'ready') return isUp();
    const entry = waiting.get(message.id);
    if (!entry) return;
    if (message.type === 'units') return entry.onUnits?.(message.units, message.walkedEntries);
    waiting.delete(message.id);
    if (message.type === 'error') entry.reject(new AppError(message.error));
    else entry.resolve(ScoutAnswers[entry.op].parse(message.value) as never);
  });
  child.onExit((exit) => {
    ended ??= new AppError({ kind: 'worker-lost', message: 'The process that reads folders ended unexpectedly', detail: exit.lastWords });
    for (const entry of waiting.values()) entry.reject(ended);
    waiting.clear();
  });

  function request<Op extends OpWithAnswer>(question: RequestOf<Op>, onUnits?: Waiting['onUnits']): { id: number; answer: Promise<ScoutAnswer<Op>> } {
    const id = nextId++;
    const answer = new Promise<ScoutAnswer<Op>>((resolve, reject) => {
      if (ended) return reject(ended);
      waiting.set(id, { op: (question as { op: OpWithAnswer }).op, resolve, reject, onUnits });
      child.send({ id, request: question });
    });
    return { id, answer };
  }

  return {
    pid: child.pid,
    ask: (question, about) => {
      const { id, answer } = request(question);
      return about ? withDeadline(answer, about, up, () => waiting.delete(id)) : answer;
    },
    plan: (question, onUnits) => request(question, onUnits).answer,
    credit: ({ names }) => child.send({ id: 0, request: { op: 'plan-credit', names: names.length } satisfies ScoutRequest }),
    close: () => {
      ended ??= new AppError({ kind: 'cancelled', message: 'Cancelled' });
      for (const entry of waiting.values()) entry.reject(ended);
      waiting.clear();
      child.kill();
    },
  };
}

async function withDeadline<T>(
  answer: Promise<T>, { path, answerMs }: { path: string; answerMs: number }, up: Promise<void>, forget: () => void,
): Promise<T> {
  // A scout that ends before it is up rejects the answer.
  await Promise.race([up, answer]);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      reject(new AppError({
        kind: 'timeout',
        message: `${path} does not answer (waited ${Math.round(answerMs / 1000)} s)`,
        hint: 'Check that its server and network are up, then run again. Nothing was changed.',
      }));
    }, answerMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
