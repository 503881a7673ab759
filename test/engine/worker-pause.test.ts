import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForkHost } from '../../src-main/fork-host.ts';
import { FromWorker, type ToWorker } from '../../src-shared/worker-protocol.ts';
import { promised } from '../fixtures/pace.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-pause-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Notes each CONT, and ends when `end` is there. */
const script = `#!/bin/sh
trap 'echo again >> "$1/again"' CONT
echo ready > "$1/ready"
while [ ! -e "$1/end" ]; do sleep 0.02; done
`;

test('what stood still is told twice to go on, as a process that was just being forked may have missed the first time', async () => {
  const program = join(folder, 'program');
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  const worker = createForkHost().fork('worker');
  const exited = new Promise<void>((resolve) => worker.onExit(() => resolve()));
  const ended = new Promise<number | null>((resolve) => worker.onMessage((raw) => {
    const message = FromWorker.parse(raw);
    if (message.type === 'ended') resolve(message.result.code);
  }));
  const send = (message: ToWorker): void => worker.send(message);
  const times = (): number => (existsSync(join(folder, 'again')) ? readFileSync(join(folder, 'again'), 'utf8').trim().split('\n').length : 0);
  const within = { timeout: promised(5000) };
  send({
    type: 'run', unit: 1, fill: null, compare: null, cut: null, linkScan: null, reportChanges: false, countChanges: false,
    call: { program, lifeline: 'shell', argv: [folder], input: null },
  });
  await expect.poll(() => existsSync(join(folder, 'ready')), within).toBe(true);
  send({ type: 'pause' });
  send({ type: 'resume' });
  await expect.poll(times, within).toBe(2);
  writeFileSync(join(folder, 'end'), '');
  expect(await ended).toBe(0);
  send({ type: 'stop', graceMs: 0, exit: true });
  await exited;
});
