import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/**
 * Runs a program in this one's place: same terminal, same signals, and its exit code is the answer
 * (128 + the signal's number where one ended it, as shells say it).
 * @param {string} program
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>}
 */
export function runChild(program, argv, environment) {
  return new Promise((resolve, reject) => {
    /** @type {import('node:child_process').ChildProcess | null} */
    let child = null;
    // Listened for before the start: the child may be at work before spawn returns.
    process.on('SIGINT', () => {
      if (!isTerminalTelling()) child?.kill('SIGINT');
    });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child?.kill(signal));
    child = spawn(program, argv, { env: environment, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/**
 * Whether a SIGINT comes from the terminal, which then tells the child as well: passing it on would count as a second
 * Ctrl-C. Only the terminal's foreground process group is told (proc_pid_stat(5): pgrp is field 5, tpgid field 8).
 */
export function isTerminalTelling() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY;
  }
}

/**
 * Runs a program without a terminal to its end, and keeps what it writes on stdout and stderr.
 * @param {string} program
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number | null, output: string }>} `code` is null when it could not be started or was killed.
 */
export function runAndCapture(program, argv, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: null, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
