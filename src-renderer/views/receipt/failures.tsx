import { Table, Text, Title } from '@mantine/core';
import type { Receipt } from '../../../src-shared/receipt.ts';
import { formatNumberOf } from '../../format.ts';
import { Tag } from '../../parts/tag.tsx';
import classes from './receipt.module.css';

/** Names that failed, those first that did not in the run before. */
export function Failures({ failures }: Pick<Receipt, 'failures'>) {
  if (failures.length === 0) return null;
  const sorted = failures.toSorted((one, other) => Number(other.isNew) - Number(one.isNew));
  return (
    <section aria-label="Names that failed">
      <Title order={2} mb={4}>Names that failed <Text span size="sm" c="dimmed">{formatNumberOf(failures.length, 'name')}, new ones first</Text></Title>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label="List of the names that failed">
        <Table verticalSpacing={5}>
          <Table.Thead><Table.Tr><Table.Th>Name</Table.Th><Table.Th>Why</Table.Th><Table.Th>Since</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {sorted.map(({ name, reason, isNew }) => (
              <Table.Tr key={`${name} ${reason}`}>
                <Table.Td className={classes.name}>{name}</Table.Td>
                <Table.Td>{reason}</Table.Td>
                <Table.Td><Tag tone={isNew ? 'bad' : 'quiet'}>{isNew ? 'New' : 'Known'}</Tag></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
