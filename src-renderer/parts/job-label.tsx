import { Tag } from './tag.tsx';

/** A word beside the name of a job: where it comes from, or who runs it. The tooltip says what that means. */
export function JobLabel({ word, meaning }: { readonly word: string; readonly meaning: string }) {
  return <Tag tone="quiet" title={meaning}>{word}</Tag>;
}
