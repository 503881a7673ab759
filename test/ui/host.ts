import { startCli, type RunningCli } from '../fixtures/cli.ts';
import { until } from '../fixtures/processes.ts';

/** `daybreak serve` as a process of its own. */
export interface ServingHost {
  readonly port: number;
  /** The start link it printed. */
  readonly link: string;
  readonly pid: number;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts the host with its data in `home`. `port` 0: any that is free. */
export async function startHost(home: string, port = 0, env: NodeJS.ProcessEnv = {}): Promise<ServingHost> {
  const cli: RunningCli = startCli(['serve', '--port', String(port)], { home, env });
  const ended = cli.ended.then((end) => {
    hasEnded = true;
    return end;
  });
  let hasEnded = false;
  const link = await until('the start link of the host', 20_000, () => /http:\S+/u.exec(cli.stdout())?.[0] ?? (hasEnded ? 'none' : null));
  if (link === 'none') throw new Error(`The host did not start: ${(await ended).stderr}`);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    cli.child.kill(signal);
    return (await ended).code;
  };
  return {
    port: Number(new URL(link).port), link, pid: cli.pid,
    stop: () => end('SIGTERM'),
    kill: async () => { await end('SIGKILL'); },
  };
}
