import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useState } from 'react';
import type { HeldRemovals } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatCount, formatNumberOf } from '../../format.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go } from '../../shell/route.ts';

/** Removals that wait: looked at first, then approved in one click. */
export function HeldPanel({ run, entries }: { readonly run: number; readonly entries: number }) {
  const calls = useCalls();
  const [held, setHeld] = useState<readonly HeldRemovals[] | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const approve = (): void => {
    setIsAsking(false);
    calls.history.approve({ run }).then(({ key }) => go({ name: 'run', key }), tellError);
  };
  return (
    <Alert color="orange" variant="outline" icon={<IconHandStop aria-hidden />} title={`${formatNumberOf(entries, 'deletion')} at the destination ${entries === 1 ? 'waits' : 'wait'} for your approval`}>
      <Stack gap="sm">
        <Text size="sm">Everything else is copied. They are held because so much at once is often a mistake: an unmounted share, or a folder that was moved.</Text>
        {held === null
          ? <Group><Button size="xs" variant="default" onClick={() => { calls.history.held({ run }).then(setHeld, tellError); }}>Look at them</Button></Group>
          : (
            <>
              {held.map(({ reason, names, entries: count }) => (
                <div key={reason}>
                  <Text size="sm" fw={600}>{reason}</Text>
                  <Code block mah={220} style={{ overflow: 'auto' }} tabIndex={0} aria-label={`Names held: ${reason}`}>{names.toSorted().join('\n')}{count > names.length ? `\n... and ${formatCount(count - names.length)} more` : ''}</Code>
                </div>
              ))}
              <Group><Button size="xs" onClick={() => setIsAsking(true)}>Approve: remove these {formatCount(entries)}</Button></Group>
            </>
          )}
      </Stack>
      <Confirm
        isOpen={isAsking} isDangerous title={`Remove ${formatNumberOf(entries, 'name')} from the backup?`} confirmLabel={`Remove ${formatCount(entries)}`}
        text="The job runs again and removes exactly what was listed, where it is still gone from the source. What came up meanwhile is held again." onConfirm={approve} onCancel={() => setIsAsking(false)}
      />
    </Alert>
  );
}
