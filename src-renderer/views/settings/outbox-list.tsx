import { ActionIcon, Group, Skeleton, Table, Text, Title, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { OutboxEntry, Webhook } from '../../../src-shared/notify.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatComing } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { shortAddress } from './webhook-words.ts';

/** The last messages, and what became of them. */
export function OutboxList({ webhooks }: { readonly webhooks: readonly Webhook[] }) {
  const calls = useCalls();
  const [entries, setEntries] = useState<readonly OutboxEntry[] | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    calls.notify.outbox().then((found) => { setEntries(found); setFailure(null); }, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls, round]);
  const channelOf = (channel: string): string => {
    if (channel === 'mail') return 'Mail';
    const webhook = webhooks.find(({ id }) => id === channel);
    return webhook ? shortAddress(webhook.url) : 'an address that was removed';
  };
  return (
    <section aria-label="The last messages">
      <Group gap={4} mb={4}>
        <Title order={3}>The last messages</Title>
        <Tooltip label="Look again"><ActionIcon variant="subtle" color="gray" size="sm" aria-label="Look at the messages again" onClick={() => setRound(round + 1)}><IconRefresh size={15} aria-hidden /></ActionIcon></Tooltip>
      </Group>
      {failure && <ErrorPanel error={failure} onRetry={() => setRound(round + 1)} />}
      {!failure && !entries && <Skeleton height={120} role="status" aria-label="Loading" />}
      {entries?.length === 0 && <Text size="sm" c="dimmed">Nothing was sent so far.</Text>}
      {entries && entries.length > 0 && (
        <Table verticalSpacing={5}>
          <Table.Thead><Table.Tr><Table.Th>Message</Table.Th><Table.Th>To</Table.Th><Table.Th>State</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr key={entry.id}>
                <Table.Td><Text size="sm">{entry.title}</Text><Text size="xs" c="dimmed"><Moment at={entry.createdAt} /></Text></Table.Td>
                <Table.Td><Text size="sm" style={{ overflowWrap: 'anywhere' }}>{channelOf(entry.channel)}</Text></Table.Td>
                <Table.Td><State entry={entry} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}

function State({ entry: { sentAt, nextTryAt, tries, error } }: { readonly entry: OutboxEntry }) {
  if (sentAt !== null) return <Text size="sm">Sent <Moment at={sentAt} /></Text>;
  const why = error === null ? '' : ` ${error}`;
  if (nextTryAt !== null) return <Text size="sm">{tries === 0 ? 'Waits until' : `Tried ${tries === 1 ? 'once' : `${tries} times`}, again`} <Moment at={nextTryAt} words={formatComing} />.{why}</Text>;
  return <Text size="sm" c="var(--mantine-color-error)">Given up after {tries} tries.{why}</Text>;
}
