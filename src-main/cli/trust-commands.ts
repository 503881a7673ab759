import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { Face } from './face.ts';

/** The commands about what was protected, what waits for a person, and how people are told. */
export function addTrustCommands(program: Command, face: Face, done: (exitCode: number) => void): void {
  addReceipts(program, face, done);
  addApprove(program, face, done);
  addNotify(program, face, done);
}

function addReceipts(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('receipt').argument('<RUN>', 'the number of a run')
    .description('what a run protected, what it did not and why')
    .option('--json', 'one JSON document')
    .option('--html <FILE>', 'write it as one page for a browser into FILE, which must not be there')
    .addHelpText('after', () => examples(face.callName, [
      ['receipt 17', 'the receipt of run 17'],
      ['receipt 17 --html run-17.html', 'to print, or to send to somebody'],
    ]))
    .action(async (run: string, options: { json?: boolean; html?: string }) => {
      const { runReceipt } = await import('./receipt-command.ts');
      done(await runReceipt(face, run, options));
    });
  program.command('receipts').description('check that no receipt was changed or taken away')
    .command('verify', { isDefault: true })
    .description('follow the hashes of all receipts; ends with 1 where one was changed or is missing')
    .option('--json', 'one JSON document')
    .addHelpText('after', () => examples(face.callName, [['receipts verify', 'look at all of them']]))
    .action(async (options: { json?: boolean }) => {
      const { runVerifyReceipts } = await import('./receipt-command.ts');
      done(await runVerifyReceipts(face, options));
    });
}

function addApprove(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('approve').argument('<RUN>', 'the number of a run that holds something')
    .description('show what a run holds, ask, and run its job again with that approved; clears its alarms')
    .option('--list', 'show all names, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText('after', () => examples(face.callName, [
      ['approve 17 --list', 'what run 17 would have removed, and why it did not'],
      ['approve 17', 'look, answer yes, and the job runs again'],
    ]))
    .action(async (run: string, options: { list?: boolean; yes?: boolean }) => {
      const { runApprove } = await import('./approve-command.ts');
      done(await runApprove(face, run, options));
    });
}

function addNotify(program: Command, face: Face, done: (exitCode: number) => void): void {
  const notify = program.command('notify')
    .description('how people are told about runs: send a test, set the password of the mail server')
    .addHelpText('after', () => examples(face.callName, [
      ['notify test', 'a test by mail and by every webhook that is on'],
      ['notify test webhook ops', 'a test by the webhook named ops'],
      ['notify set-mail-password < password.txt', 'keep the password of the mail server'],
    ], 'Servers, addresses and webhooks are set on the page (Settings, Notifications). See docs/notifications.md.'));
  notify.command('test').argument('[KIND]', 'mail or webhook').argument('[ID]', 'the name of a webhook')
    .description('send a test message now')
    .action(async (kind: string | undefined, id: string | undefined) => {
      const { runNotifyTest } = await import('./notify-command.ts');
      done(await runNotifyTest(face, kind, id));
    });
  notify.command('set-mail-password')
    .description('keep the password of the mail server, read from standard input')
    .action(async () => {
      const { runSetMailPassword } = await import('./notify-command.ts');
      done(await runSetMailPassword(face));
    });
}
