import { z } from 'zod';
import { call } from './errors.ts';

const ByKey = z.object({ key: z.string().max(100) });

/** Steers runs of the system service, as `AppState.service` lists them. Fail with `not-found` where none is attached. */
export const serviceCalls = {
  start: call.input(z.object({ jobId: z.string().max(100) })).output(ByKey),
  cancel: call.input(ByKey).output(z.object({})),
  pause: call.input(ByKey).output(z.object({})),
  resume: call.input(ByKey).output(z.object({})),
};
