import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import type { Face } from '../face.ts';
import { ownProgram, type ServiceMachine } from './service-place.ts';

/** This machine. Throws `AppError` not-found where Daybreak was not built. */
export function thisMachine(env: Face['env']): ServiceMachine {
  const { username, homedir, uid } = userInfo();
  return {
    platform: process.platform, env, home: env['HOME'] ?? homedir, userName: username, uid, root: '/', program: ownProgram(),
    run: ([program, ...argv]) => new Promise((resolve) => {
      execFile(program, argv, { env: { ...env } }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, output: `${stdout}${stderr}` });
      });
    }),
  };
}
