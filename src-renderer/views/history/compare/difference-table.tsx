import { Table, Text, Title } from '@mantine/core';
import type { RunDifference } from '../../../../src-shared/diagnosis.ts';
import { Tag } from '../../../parts/tag.tsx';
import { differenceWords, effectWords, isWithout } from '../compare-words.ts';
import classes from './compare.module.css';

/** What is not the same in two runs, and what each difference alone does to the duration. */
export function DifferenceTable({ differences }: { readonly differences: readonly RunDifference[] }) {
  return (
    <section aria-label="Differences">
      <Title order={2} mb={4}>What changed</Title>
      {differences.length === 0 ? <Text size="sm" c="dimmed">Nothing that is known of both runs.</Text> : (
        <Table verticalSpacing={6} className={classes.differences ?? ''}>
          <Table.Thead><Table.Tr><Table.Th>Kind</Table.Th><Table.Th>What</Table.Th><Table.Th>Before</Table.Th><Table.Th>After</Table.Th><Table.Th>That alone</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {differences.map(({ kind, what, before, after, factor }) => (
              <Table.Tr key={`${kind} ${what}`} data-quiet={isWithout(factor) || undefined}>
                <Table.Td><Tag tone="quiet">{differenceWords[kind]}</Tag></Table.Td>
                <Table.Td>{what}</Table.Td>
                <Table.Td>{before}</Table.Td>
                <Table.Td>{after}</Table.Td>
                <Table.Td data-unknown={factor === null || undefined}>{kind === 'limit' && factor === null ? '' : effectWords(factor)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
