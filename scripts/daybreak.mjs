#!/usr/bin/env node
/**
 * The `daybreak` command of a global installation. An installed package runs its bundle as it is; a checkout that was
 * linked (`npm install -g .`) first makes the machine and the bundle ready.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../src-main/cli/main.ts', import.meta.url);
const bundle = new URL('../dist/node/cli.js', import.meta.url);

if (existsSync(source)) {
  const { runCheckout } = await import('./run-checkout.mjs');
  const { runScript } = await import('./setup-error.mjs');
  await runScript(() => runCheckout(process.argv.slice(2), process.cwd()));
} else if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `Daybreak needs Node 24 or later; this is Node ${process.versions.node} (${process.execPath}).\n`
      + 'Install Node 24 (https://nodejs.org), or run Daybreak from its checkout with `npm start`, which brings its own.\n',
  );
  process.exitCode = 1;
} else {
  // Left over from a start from a checkout further up, this would turn relative paths to another folder.
  delete process.env.DAYBREAK_CALLER_FOLDER;
  process.argv[1] = fileURLToPath(bundle);
  await import(bundle.href);
}
