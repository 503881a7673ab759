/**
 * Takes and gives back the lock of a folder again and again, beside others that do the same; proves by a file that can
 * only be made once that nobody else holds it. Now and then leaves a lock behind as a crashed process would. Arguments:
 * destination, proof file, tries, pid and start time of a process that is gone. Prints what came of it as JSON.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createLockHolder } from '../../src-main/core/safety/lock-holder.ts';
import { lock, unlock } from '../../src-main/worker/lock.ts';

const [destination = '', proof = '', tries = '0', deadPid = '0', deadStart = ''] = process.argv.slice(2);
const counts = { held: 0, refused: 0, left: 0, violations: 0 };

for (let round = 0; round < Number(tries); round++) {
  const holder = { ...createLockHolder('contender', Date.now()), since: round };
  if (Math.random() < 0.15) {
    const planted = await lock(destination, { ...holder, pid: Number(deadPid), startTime: deadStart });
    counts.left += planted.state === 'held-by-us' ? 1 : 0;
  }
  const answer = await lock(destination, holder);
  if (answer.state === 'held-by-other') {
    counts.refused += 1;
    await wait(Math.random() * 8);
    continue;
  }
  counts.held += 1;
  try {
    closeSync(openSync(proof, 'wx'));
    await wait(Math.random() * 3);
    unlinkSync(proof);
  } catch {
    counts.violations += 1;
  }
  await unlock(destination, holder);
}
process.stdout.write(JSON.stringify(counts));
