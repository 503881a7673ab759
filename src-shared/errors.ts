/** Every way Daybreak can fail, grouped by who can mend it. */
export const errorKinds = [
  // yours to fix
  'invalid-input',
  'source-missing',
  'source-empty',
  'destination-unreachable',
  'passport-mismatch',
  'auth',
  'permission',
  'no-space',
  'delete-limit',
  'rsync-missing',
  'rsync-unsupported',
  'data-damaged',
  // may pass
  'connection',
  'timeout',
  'worker-lost',
  'vanished',
  // control
  'cancelled',
  'busy',
  'not-found',
  // ours
  'internal',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** An `AppError` as plain data, for crossing a process boundary. */
export interface ErrorData {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly detail?: string | undefined;
}

/** An error made for people: the message names what failed and where, the hint what to do next. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly detail: string | undefined;

  constructor(data: ErrorData) {
    super(data.message);
    this.name = 'AppError';
    this.kind = data.kind;
    this.hint = data.hint;
    this.detail = data.detail;
  }

  toData(): ErrorData {
    return {
      kind: this.kind,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    };
  }
}

/** Any thrown value as an `AppError`; what is not one already becomes kind `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error) {
    return new AppError({ kind: 'internal', message: thrown.message, detail: thrown.stack });
  }
  return new AppError({ kind: 'internal', message: String(thrown) });
}
