import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const beatMs = 2_000;

/**
 * Runs `body` while no other process, on this machine or another that shares the folder, does the same.
 * A lock whose process is gone, or that was not touched for `staleMs`, is taken over.
 * @param {string} file The lock.
 * @param {(line: string) => void} say
 * @param {() => Promise<void>} body
 * @param {number} [staleMs]
 */
export async function withSetupLock(file, say, body, staleMs = 30_000) {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  await take(file, mine, say, staleMs);
  const beat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // The folder was removed under us: the steps themselves will say so.
    }
  }, beatMs);
  try {
    await body();
  } finally {
    clearInterval(beat);
    if (read(file)?.text === mine) rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} mine
 * @param {(line: string) => void} say
 * @param {number} staleMs
 */
async function take(file, mine, say, staleMs) {
  let told = false;
  /** What was last seen, and since when on our own clock: other machines' clocks may differ. */
  let seen = { stamp: '', since: performance.now() };
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = read(file);
    if (!held) continue;
    if (held.stamp !== seen.stamp) seen = { stamp: held.stamp, since: performance.now() };
    if (isGone(held.text) || performance.now() - seen.since > staleMs) {
      // Only what was judged may be removed: another waiter may have taken it over just now.
      if (read(file)?.stamp === held.stamp) rmSync(file, { force: true });
      continue;
    }
    if (!told) say('Waiting for another start that is setting up');
    told = true;
    await wait(200);
  }
}

/** @param {string} file */
function read(file) {
  try {
    const { mtimeMs, ino } = statSync(file);
    const text = readFileSync(file, 'utf8');
    return { text, stamp: `${ino} ${mtimeMs} ${text}` };
  } catch {
    return null;
  }
}

/**
 * Whether the holder ran on this machine and is no more.
 * @param {string} text
 */
function isGone(text) {
  try {
    const { pid, host } = JSON.parse(text);
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
