import { AppError } from '../../../src-shared/errors.ts';
import type { ServiceLink } from '../ports.ts';
import { base } from './base.ts';

/** The calls that steer the system service. Throw `AppError` not-found where this host follows none. */
export function serviceCalls(service: ServiceLink | undefined) {
  const os = base.service;
  const attached = (): ServiceLink => {
    if (service?.state().state === 'attached') return service;
    throw new AppError({ kind: 'not-found', message: 'The system service of Daybreak is not there.', hint: 'See daybreak service status.' });
  };
  const steered = async (what: 'cancel' | 'pause' | 'resume', key: string) => {
    await attached().steer(what, key);
    return {};
  };
  return {
    start: os.start.handler(({ input }) => attached().start(input.jobId)),
    cancel: os.cancel.handler(({ input }) => steered('cancel', input.key)),
    pause: os.pause.handler(({ input }) => steered('pause', input.key)),
    resume: os.resume.handler(({ input }) => steered('resume', input.key)),
  };
}
