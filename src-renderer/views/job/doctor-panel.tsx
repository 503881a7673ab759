import { Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { Finding } from './findings.ts';
import classes from './job.module.css';

interface DoctorPanelProps {
  readonly findings: readonly Finding[];
  readonly isChecking: boolean;
}

const looks = {
  good: { Icon: IconCircleCheck, word: 'Good' },
  info: { Icon: IconInfoCircle, word: 'Note' },
  warning: { Icon: IconAlertTriangle, word: 'Warning' },
  problem: { Icon: IconCircleX, word: 'Problem' },
} as const;

/** What was found when the chosen places were looked at: each with what to do about it. Spoken as it changes. */
export function DoctorPanel({ findings, isChecking }: DoctorPanelProps) {
  return (
    <section aria-label="Checks" className={classes.doctor} data-checking={isChecking || undefined}>
      <ul role="list" aria-live="polite" aria-busy={isChecking}>
        {findings.map(({ level, message, hint }) => {
          const { Icon, word } = looks[level];
          return (
            <li key={`${level} ${message}`} data-level={level}>
              <Icon size={18} stroke={1.8} role="img" aria-label={word} />
              <div>
                <Text size="sm">{message}</Text>
                {hint !== undefined && <Text size="sm" c="dimmed">{hint}</Text>}
              </div>
            </li>
          );
        })}
      </ul>
      {isChecking && <Text size="sm" c="dimmed" className={classes.checking}><Loader size={14} aria-hidden /> Looking …</Text>}
    </section>
  );
}
