import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { Face } from './face.ts';
import type { ServiceAction, ServiceOptions } from './service/service-command.ts';
import type { StatusOptions } from './status-command.ts';

/** The commands for hosts that stay on: what they do, and how they become a service. */
export function addHostCommands(program: Command, face: Face, done: (exitCode: number) => void): void {
  program.command('status')
    .description('what runs now, here and in the system service, and when jobs run next')
    .option('--json', 'one JSON document')
    .option('--link', 'print a link that lets one browser into the page of a running host, once')
    .addHelpText('after', () => examples(face.callName, [
      ['status', 'the hosts of this machine, their live runs and jobs'],
      ['status --link', 'for the page of a service, which prints no link of its own'],
    ]))
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import('./status-command.ts');
      done(await runStatus(face, options));
    });
  const service = program.command('service').description('run Daybreak in the background, from the start of the machine on');
  const actions: readonly (readonly [ServiceAction, string])[] = [
    ['install', 'write a unit for systemd, or a list for launchd, and start it'],
    ['uninstall', 'stop it and remove that file; jobs, history and backups stay'],
    ['status', 'whether it is installed and runs'],
  ];
  for (const [action, description] of actions) {
    const command = service.command(action).description(description)
      .option('--user', 'a service of this user')
      .option('--system', 'the service of the machine, as root, so that owners are kept (default for root)');
    if (action !== 'status') command.option('--dry-run', 'show what would be written and run, and change nothing');
    command.action(async (options: ServiceOptions) => {
      const [{ runService }, { thisMachine }] = await Promise.all([import('./service/service-command.ts'), import('./service/machine.ts')]);
      done(await runService(face, action, options, thisMachine(face.env)));
    });
  }
}
