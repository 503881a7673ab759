import { userInfo } from 'node:os';
import { execa } from 'execa';
import type { Face } from '../face.ts';
import { ownProgram, type ServiceMachine } from './service-place.ts';

/** This machine. Throws `AppError` not-found where Daybreak was not built. */
export function thisMachine(env: Face['env']): ServiceMachine {
  const { username, homedir, uid } = userInfo();
  return {
    platform: process.platform, env, home: env['HOME'] ?? homedir, userName: username, uid, root: '/', program: ownProgram(),
    run: async ([program, ...argv]) => {
      const { exitCode = null, stdout, stderr } = await execa(program, argv, { env: { ...env }, extendEnv: false, reject: false, stripFinalNewline: false, stdin: 'ignore' });
      return { code: exitCode, output: `${stdout ?? ''}${stderr ?? ''}` };
    },
  };
}
