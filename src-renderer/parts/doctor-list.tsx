import { List, Skeleton, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../src-shared/errors.ts';
import type { Calls } from '../../src-shared/contract/contract.ts';
import { useCalls } from '../connection/calls.tsx';
import { errorDataOf } from '../connection/error-data.ts';
import { ErrorPanel } from './error-panel.tsx';

type Checks = Awaited<ReturnType<Calls['machine']['doctor']>>;

const looks = {
  good: ['good', 'teal.9', IconCheck], warning: ['worth knowing', 'orange.9', IconAlertTriangle], problem: ['to mend', 'red.9', IconX],
} as const;

/** What Daybreak needs of this machine, and whether it is there. */
export function DoctorList() {
  const calls = useCalls();
  const [checks, setChecks] = useState<Checks | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    calls.machine.doctor().then(setChecks, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls]);
  if (failure) return <ErrorPanel error={failure} />;
  if (!checks) return <Skeleton height={120} role="status" aria-label="Looking" />;
  return (
    <List spacing="xs" size="sm" listStyleType="none" center={false} aria-label="What this machine offers">
      {checks.map(({ name, state, message, hint }) => {
        const [word, color, Icon] = looks[state];
        return (
          <List.Item key={name} icon={<ThemeIcon size={20} radius="xl" color={color} aria-label={word} role="img"><Icon size={13} aria-hidden /></ThemeIcon>}>
            <Text span fw={600} size="sm">{name}</Text>: {message}
            {hint !== undefined && <Text size="sm" c="dimmed">{hint}</Text>}
          </List.Item>
        );
      })}
    </List>
  );
}
