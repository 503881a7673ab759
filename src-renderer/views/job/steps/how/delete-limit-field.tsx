import { Group, NumberInput, Select, Text } from '@mantine/core';
import type { DeleteLimit } from '../../../../../src-shared/job.ts';
import classes from '../../job.module.css';

const choices = [
  { value: 'default', label: 'half of a top folder, or half of everything' },
  { value: 'percent', label: 'more than a share of it' },
  { value: 'count', label: 'more than a number of entries' },
];

/** When the deletions of a mirror are held for approval. */
export function DeleteLimitField({ limit, onLimit }: { readonly limit: DeleteLimit; readonly onLimit: (limit: DeleteLimit) => void }) {
  return (
    <div className={classes.inset}>
      <Group align="flex-end" gap="xs">
        <Select
          flex="1 1 280px" maw={380} label="Hold deletions that would take" data={choices} value={limit.kind} allowDeselect={false} comboboxProps={{ withinPortal: true }}
          onChange={(kind) => onLimit(kind === 'count' ? { kind, limit: 1000 } : kind === 'percent' ? { kind, limit: 20 } : { kind: 'default' })}
        />
        {limit.kind === 'percent' && (
          <NumberInput
            w={150} label="Share" suffix=" %" min={0} max={100} decimalScale={1} clampBehavior="strict" value={limit.limit}
            onChange={(value) => typeof value === 'number' && onLimit({ kind: 'percent', limit: value })}
          />
        )}
        {limit.kind === 'count' && (
          <NumberInput
            w={150} label="Entries" min={0} max={1_000_000_000} allowDecimal={false} thousandSeparator="," clampBehavior="strict" value={limit.limit}
            onChange={(value) => typeof value === 'number' && onLimit({ kind: 'count', limit: value })}
          />
        )}
      </Group>
      <Text size="sm" c="dimmed" mt={6}>{meaning(limit)}</Text>
    </div>
  );
}

function meaning(limit: DeleteLimit): string {
  switch (limit.kind) {
    case 'default': return 'A folder that suddenly comes up empty is held as well: a share that answers with nothing looks like that.';
    case 'count': return limit.limit === 0 ? 'Every deletion waits for your yes.' : 'Counted over the whole run. When there are more, all of them wait for your yes.';
    case 'percent':
      if (limit.limit >= 100) return 'With 100 % nothing is ever held: a source that was emptied by mistake empties the backup too.';
      return limit.limit === 0 ? 'Every deletion waits for your yes.' : 'Of the entries or bytes of a top folder, or of everything. What is over waits for your yes.';
  }
}
