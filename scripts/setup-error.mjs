/** Something that could not be set up, told for people: the message says what to do next. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} [detail] Output of the program that failed.
   */
  constructor(message, detail = '') {
    super(message);
    this.name = 'SetupError';
    this.detail = detail;
  }
}

/**
 * Runs the body of a script. A `SetupError` becomes its text on stderr and exit code 1, without a stack trace.
 * @param {() => Promise<number>} body Returns the exit code.
 */
export async function runScript(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (error.detail) process.stderr.write(`${error.detail.trimEnd()}\n\n`);
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
