import { Table, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { LabFigure } from '../../../src-shared/lab.ts';
import { formatDuration, formatPercent } from '../../format.ts';
import { CopyLine } from '../../parts/copy-line.tsx';
import { Tag } from '../../parts/tag.tsx';
import { LabCurve } from './lab-curve.tsx';
import { barOf, curveOf, groupsOf, longestOf, speedWords } from './lab-words.ts';
import classes from './lab.module.css';

interface LabFiguresProps {
  readonly figures: readonly LabFigure[];
  /** Id of the way that won; null: none, or not yet. */
  readonly winner: string | null;
}

/** All ways with their times, by the question they answer. */
export function LabFigures({ figures, winner }: LabFiguresProps) {
  const [open, setOpen] = useState<string | null>(null);
  const longest = longestOf(figures);
  const curve = curveOf(figures);
  return (
    <section aria-label="Figures">
      {curve.length > 1 && <LabCurve points={curve} multisync={figures.find(({ way }) => way.id === 'multisync')?.speed ?? null} />}
      <Table verticalSpacing={5} className={classes.figures ?? ''}>
        <Table.Thead>
          <Table.Tr><Table.Th>Way</Table.Th><Table.Th>Time, with the quickest and the slowest round</Table.Th><Table.Th>Median</Table.Th><Table.Th>Spread</Table.Th><Table.Th>Speed</Table.Th><Table.Th>CPU</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groupsOf(figures).map(({ group, question, figures: ways }) => (
            <Fragment key={group}>
              <Table.Tr className={classes.question ?? ''}><Table.Th colSpan={6} scope="colgroup">{question}</Table.Th></Table.Tr>
              {ways.map((figure) => (
                <Row key={figure.way.id} figure={figure} longest={longest} isWinner={figure.way.id === winner} isOpen={open === figure.way.id} onOpen={() => setOpen(open === figure.way.id ? null : figure.way.id)} />
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

interface RowProps {
  readonly figure: LabFigure;
  readonly longest: number;
  readonly isWinner: boolean;
  /** Its commands are shown. */
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function Row({ figure, longest, isWinner, isOpen, onOpen }: RowProps) {
  const { way, medianMs, spread, speed, cpuMs, note } = figure;
  return (
    <>
      <Table.Tr data-winner={isWinner || undefined}>
        <Table.Td>
          <UnstyledButton className={classes.way} aria-expanded={isOpen} title="Show what runs" onClick={onOpen}>
            <IconChevronRight size={14} className={classes['chevron'] ?? ''} data-open={isOpen || undefined} aria-hidden />{way.label}
          </UnstyledButton>
          {isWinner && <> <Tag tone="good">fastest</Tag></>}
        </Table.Td>
        <Table.Td><Bar figure={figure} longest={longest} isWinner={isWinner} />{note !== null && <span className={classes.note}>{note}</span>}</Table.Td>
        <Table.Td>{medianMs === null ? '' : formatDuration(medianMs)}</Table.Td>
        <Table.Td>{spread === null || figure.rounds.length < 2 ? '' : `±${formatPercent(spread)}`}</Table.Td>
        <Table.Td>{speedWords(speed)}</Table.Td>
        <Table.Td>{cpuMs === null ? '' : formatDuration(cpuMs)}</Table.Td>
      </Table.Tr>
      {isOpen && <Table.Tr><Table.Td colSpan={6}><CopyLine text={way.commands.join('\n')} label="What runs" /></Table.Td></Table.Tr>}
    </>
  );
}

/** The median as a bar; the whiskers reach from the quickest round to the slowest. The figures beside it say the same. */
function Bar({ figure, longest, isWinner }: { readonly figure: LabFigure; readonly longest: number; readonly isWinner: boolean }) {
  const bar = barOf(figure, longest);
  if (!bar) return null;
  return (
    <svg className={classes['bar']} data-winner={isWinner || undefined} viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden>
      <rect x="0" y="3" width={bar.median} height="10" />
      {figure.rounds.length > 1 && <path d={`M${bar.least} 8H${bar.most}M${bar.least} 4.5V11.5M${bar.most} 4.5V11.5`} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
