import { Anchor, Table, Title } from '@mantine/core';
import { formatBytes } from '../../format.ts';
import { Moment } from '../../parts/moment.tsx';
import { speedWords } from './lab-words.ts';
import type { KeptResult } from './use-lab-results.ts';

interface EarlierResultsProps {
  readonly results: readonly KeptResult[];
  /** Id of the one above. */
  readonly shown: number | null;
  readonly onShow: (id: number) => void;
}

/** All that is kept of a job's measurements, newest first. */
export function EarlierResults({ results, shown, onShow }: EarlierResultsProps) {
  return (
    <section aria-label="Measurements">
      <Title order={2} mb={4}>All measurements</Title>
      <Table verticalSpacing={6}>
        <Table.Thead><Table.Tr><Table.Th>When</Table.Th><Table.Th>Winner</Table.Th><Table.Th>Against one rsync</Table.Th><Table.Th>Sample</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {results.map(({ id, at, winner, figures, sample }) => {
            const won = figures.find(({ way }) => way.id === winner);
            return (
              <Table.Tr key={id}>
                <Table.Td>{id === shown ? <><Moment at={at} />, shown above</> : <Anchor component="button" type="button" size="sm" onClick={() => onShow(id)}><Moment at={at} /></Anchor>}</Table.Td>
                <Table.Td>{won?.way.label ?? 'none'}</Table.Td>
                <Table.Td>{won ? `${speedWords(won.speed)} as fast` : ''}</Table.Td>
                <Table.Td>{formatBytes(sample.bytes)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </section>
  );
}
