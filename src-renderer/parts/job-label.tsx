import { Badge } from '@mantine/core';
import classes from './state-badge.module.css';

/** A word beside the name of a job: where it comes from, or who runs it. The tooltip says what that means. */
export function JobLabel({ word, meaning }: { readonly word: string; readonly meaning: string }) {
  return <Badge variant="light" fz={11} radius="sm" tt="none" style={{ flexShrink: 0 }} className={classes['quiet'] ?? ''} title={meaning}>{word}</Badge>;
}
