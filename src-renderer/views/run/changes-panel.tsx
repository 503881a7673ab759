import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { LiveRun } from '../../../src-shared/run-view.ts';
import { useCalls } from '../../connection/calls.tsx';
import { formatCount, formatNumberOf } from '../../format.ts';
import { tellError } from '../../parts/tell-error.ts';

const pageSize = 200;
const words = { delete: 'delete', create: 'new   ', update: 'change', attributes: 'touch ' } as const;

/** What a dry run found: deletions first. */
export function ChangesPanel({ run: { key, changes, outcome } }: { readonly run: LiveRun }) {
  const calls = useCalls();
  const [lines, setLines] = useState<readonly string[]>([]);
  const [total, setTotal] = useState(0);
  const [limit, setLimit] = useState(pageSize);
  const hasEnded = outcome !== null;
  useEffect(() => {
    if (!hasEnded) return;
    calls.runs.changes({ key, offset: 0, limit: Math.min(500, limit) }).then((page) => {
      setTotal(page.total);
      setLines(page.changes.map(({ action, name }) => `${words[action]}  ${name}`));
    }, tellError);
  }, [calls, key, hasEnded, limit]);
  return (
    <Stack component="section" gap="xs" aria-label="What would change">
      <Title order={2}>What would change</Title>
      <Text size="sm">{formatNumberOf(changes.delete, 'deletion')}, {formatCount(changes.create)} new, {formatCount(changes.update)} changed, {formatCount(changes.attributes)} with other attributes only. Nothing was changed.</Text>
      {lines.length > 0 && <Code block mah={420} style={{ overflow: 'auto' }} tabIndex={0} aria-label="Names that would change">{lines.join('\n')}</Code>}
      {lines.length < total && limit < 500 && <Group><Button size="xs" variant="default" onClick={() => setLimit(500)}>Show more</Button></Group>}
    </Stack>
  );
}
