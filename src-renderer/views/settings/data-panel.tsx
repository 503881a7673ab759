import { Anchor, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { ChainCheck } from '../../../src-shared/receipt.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatNumberOf } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { hrefOf } from '../../shell/route.ts';

/** What Daybreak keeps, and whether all of it is as it was written. */
export function DataPanel() {
  const calls = useCalls();
  const [check, setCheck] = useState<ChainCheck | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const verify = async (): Promise<void> => {
    setIsBusy(true);
    setFailure(null);
    try {
      setCheck(await calls.receipts.verify());
    } catch (thrown) {
      setFailure(errorDataOf(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="data-title">
      <Title order={2} id="data-title" mb={4}>Data</Title>
      <Text size="sm" mb="sm">Each run leaves a receipt that names the one before it. A receipt that was changed or taken away later breaks the chain.</Text>
      <Group gap="sm">
        <Button size="xs" variant="default" loading={isBusy} onClick={() => void verify()}>Check all receipts</Button>
        {check?.problem === null && <Text size="sm" role="status">{check.receipts === 0 ? 'There are no receipts yet.' : `${formatNumberOf(check.receipts, 'receipt')}, all as ${check.receipts === 1 ? 'it was' : 'they were'} written.`}</Text>}
      </Group>
      {check?.problem && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">
          The chain is broken: {check.problem.message} {check.problem.run !== null && <Anchor size="sm" underline="always" href={hrefOf({ name: 'receipt', id: check.problem.run })}>Receipt of run {check.problem.run}</Anchor>}
        </Text>
      )}
      {failure && <ErrorPanel error={failure} />}
    </Paper>
  );
}
