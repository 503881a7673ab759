import type { Advice, Cause } from '../../../src-shared/diagnosis.ts';
import type { Picture } from './picture.ts';

/** A cause that a family of rules has found something for. */
export interface Finding {
  readonly cause: Cause;
  /** Share of the run's time that it explains, 0 to 1. */
  readonly score: number;
  /** Names the cause, for people. */
  readonly title: string;
  readonly evidence: readonly string[];
  /** In any order. */
  readonly advise: () => readonly Advice[];
}

/** A family of rules: everything it finds in a picture. */
export type Rules = (picture: Picture) => readonly Finding[];

/** `83 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `1.7`, `12`. */
export function amount(value: number): string {
  return value < 9.95 ? value.toFixed(1) : `${Math.round(value)}`;
}
