import type { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './tag.module.css';

export type Tone = 'good' | 'warning' | 'bad' | 'busy' | 'quiet';

interface TagProps {
  readonly tone: Tone;
  readonly Icon?: typeof IconCheck;
  /** What the word means, for the tooltip. */
  readonly title?: string;
  readonly children: ReactNode;
}

/** A word in a coloured box. A plain element: long lists make many of them while they are scrolled. */
export function Tag({ tone, Icon, title, children }: TagProps) {
  return <span className={`${classes['tag']} ${classes[tone]}`} title={title}>{Icon && <Icon size={13} stroke={2.2} aria-hidden />}{children}</span>;
}
