import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import classes from '../../job.module.css';

interface OptionWordsProps {
  /** What the option is called, for the button that explains it. */
  readonly name: string;
  /** What it means, in plain words. */
  readonly children: React.ReactNode;
  /** rsync's words for it. */
  readonly rsync: string;
  /** What it costs as measured; undefined where nothing is worth saying. */
  readonly cost?: string | undefined;
}

/** The text beside an option: what it means, what it costs, and behind a small button how rsync calls it. */
export function OptionWords({ name, children, rsync, cost }: OptionWordsProps) {
  return (
    <span className={classes.optionWords}>
      <Text component="span" size="sm" c="dimmed">{children}</Text>
      <Tooltip label={`rsync: ${rsync}`} events={{ hover: true, focus: true, touch: true }}>
        <ActionIcon variant="transparent" color="gray" size={18} aria-label={`${name} in rsync’s words: ${rsync}`}><IconInfoCircle size={15} /></ActionIcon>
      </Tooltip>
      {cost !== undefined && <Text component="span" display="block" size="xs" className={classes.cost}>{cost}</Text>}
    </span>
  );
}
