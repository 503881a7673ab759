import { Anchor, Table, Title } from '@mantine/core';
import type { PastRun } from '../../../../src-shared/run-view.ts';
import { Moment } from '../../../parts/moment.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { hrefOf } from '../../../shell/route.ts';
import { figuresOf } from '../compare-words.ts';
import classes from './compare.module.css';

/** How long two runs took, what they did and how quickly, side by side. */
export function FigureTable({ earlier, later }: { readonly earlier: PastRun; readonly later: PastRun }) {
  return (
    <section aria-label="Figures">
      <Title order={2} mb={4}>Side by side</Title>
      <Table verticalSpacing={6} className={classes.figures ?? ''}>
        <Table.Thead>
          <Table.Tr><Table.Th><span className={classes.hidden}>Figure</span></Table.Th><Head run={earlier} word="Earlier" /><Head run={later} word="Later" /><Table.Th>Change</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr><Table.Th scope="row">Result</Table.Th><Table.Td><StateBadge state={earlier.state} /></Table.Td><Table.Td><StateBadge state={later.state} /></Table.Td><Table.Td /></Table.Tr>
          {figuresOf(earlier, later).map(({ label, before, after, change }) => (
            <Table.Tr key={label}><Table.Th scope="row">{label}</Table.Th><Table.Td>{before}</Table.Td><Table.Td>{after}</Table.Td><Table.Td>{change}</Table.Td></Table.Tr>
          ))}
          <Table.Tr><Table.Th scope="row">Limited by</Table.Th><Table.Td className={classes.words}>{earlier.limitedBy ?? 'not known'}</Table.Td><Table.Td className={classes.words}>{later.limitedBy ?? 'not known'}</Table.Td><Table.Td /></Table.Tr>
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Head({ run: { id, startedAt }, word }: { readonly run: PastRun; readonly word: string }) {
  return (
    <Table.Th>
      {word}: <Anchor size="sm" fw={600} underline="always" href={hrefOf({ name: 'past-run', id })}>run {id}</Anchor>
      <div className={classes.when}><Moment at={startedAt} /></div>
    </Table.Th>
  );
}
