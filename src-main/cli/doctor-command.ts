import { toAppError } from '../../src-shared/errors.ts';
import type { DoctorCheck } from '../core/app.ts';
import { exitCodes } from './exit-code.ts';
import type { Face } from './face.ts';
import { line, renderLine, textLines, type Line } from './line.ts';
import type { Tone } from './paint.ts';
import { styleFor } from './style.ts';

/** `daybreak doctor`: what is there, what is missing, what to do. Exit code 1 where a backup could not run. */
export async function runDoctor(face: Face, options: { readonly json?: boolean }): Promise<number> {
  const checks = await collectChecks(face);
  if (options.json === true) face.output.write(`${JSON.stringify({ checks })}\n`);
  else {
    const style = styleFor(face, face.output);
    face.output.write(doctorLines(checks).map((each) => `${renderLine(style, each)}\n`).join(''));
  }
  return checks.some((check) => check.state === 'problem') ? exitCodes.failed : exitCodes.ok;
}

/** A product that cannot even be built is a finding, not a crash: that is when a doctor is called. */
async function collectChecks(face: Face): Promise<readonly DoctorCheck[]> {
  try {
    const app = await face.openApp();
    try {
      return await app.doctor();
    } finally {
      await app.close();
    }
  } catch (thrown) {
    const { message, hint } = toAppError(thrown);
    return [{ name: 'start', state: 'problem', message, ...(hint === undefined ? {} : { hint }) }];
  }
}

const tones: Record<DoctorCheck['state'], Tone> = { good: 'good', warning: 'warning', problem: 'problem' };

function doctorLines(checks: readonly DoctorCheck[]): Line[] {
  const width = Math.max(...checks.map((check) => check.name.length), 0);
  const problems = checks.filter((check) => check.state === 'problem').length;
  const warnings = checks.filter((check) => check.state === 'warning').length;
  const body = checks.flatMap((check) => [
    line(`${check.state.padEnd(7)}  ${check.name.padEnd(width)}  ${check.message}`, tones[check.state]),
    ...(check.hint === undefined ? [] : textLines(check.hint, 'plain', ' '.repeat(11 + width))),
  ]);
  const verdict = problems > 0 ? line(`Problems: ${problems}. Backups cannot run until they are mended.`, 'problem')
    : warnings > 0 ? line(`Ready, with warnings: ${warnings}.`, 'warning')
      : line('All is well: ready for backups.', 'good');
  return [...body, verdict];
}
