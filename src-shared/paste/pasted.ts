import type { JobOptions } from '../job.ts';

/** Something of a pasted text that Daybreak does in another way, or not at all. */
export interface Remark {
  readonly text: string;
  readonly why: string;
}

/** What a pasted command or script would mean as a job. Nothing of it is ever run. */
export type Pasted =
  | {
    readonly kind: 'found';
    readonly source: string;
    readonly destination: string;
    readonly name: string;
    readonly options: Partial<JobOptions>;
    readonly kept: readonly string[];
    readonly changed: readonly Remark[];
    readonly dropped: readonly Remark[];
  }
  | { readonly kind: 'nothing'; readonly why: string };
