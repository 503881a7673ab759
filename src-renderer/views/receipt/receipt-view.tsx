import { Anchor, Button, CopyButton, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { ChainedReceipt } from '../../../src-shared/receipt.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatDuration } from '../../format.ts';
import { CopyLine } from '../../parts/copy-line.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { Moment } from '../../parts/moment.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { hrefOf } from '../../shell/route.ts';
import { NoticeList } from '../run/notice-list.tsx';
import { triggerWords } from '../run/trigger-words.ts';
import { Failures } from './failures.tsx';
import { ReceiptFolders } from './receipt-folders.tsx';
import { saveText } from './save-text.ts';
import { gapsIn, verdictOf } from './verdict.ts';

/** The record of a run: what was protected, what was not and why. */
export function ReceiptView({ id }: { readonly id: number }) {
  const calls = useCalls();
  const [chained, setChained] = useState<ChainedReceipt | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  useEffect(() => {
    calls.receipts.get({ run: id }).then(setChained, (thrown: unknown) => setFailure(errorDataOf(thrown)));
  }, [calls, id]);
  if (failure?.kind === 'not-found') {
    return (
      <EmptyState title={`Run ${id} has no receipt`} text="Receipts are written when a run ends. Runs of earlier versions of Daybreak have none.">
        <Button component="a" variant="default" href={hrefOf({ name: 'past-run', id })}>To the run</Button>
      </EmptyState>
    );
  }
  if (failure) return <ErrorPanel error={failure} />;
  if (!chained) return <Stack role="status" aria-busy aria-label="Loading"><Skeleton height={28} width={320} /><Skeleton height={320} /></Stack>;
  return <Page chained={chained} />;
}

function Page({ chained }: { readonly chained: ChainedReceipt }) {
  const calls = useCalls();
  const { receipt, number, hash, previous } = chained;
  const { run, job, host, rsync, unprotected } = receipt;
  const saveHtml = (): void => {
    calls.receipts.html({ run }).then(({ html }) => saveText(`daybreak-receipt-${run}.html`, 'text/html', html), tellError);
  };
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={1} tabIndex={-1}>{verdictOf(receipt)}</Title>
          <Text size="sm" c="dimmed">Receipt of <Anchor size="sm" underline="always" href={hrefOf({ name: 'past-run', id: run })}>run {run}</Anchor> of {job.name}, {triggerWords[receipt.trigger]}</Text>
        </div>
        <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
          <CopyButton value={JSON.stringify(chained, null, 2)}>
            {({ copied, copy }) => <Button size="xs" variant="default" leftSection={<IconCopy size={14} aria-hidden />} onClick={copy}>{copied ? 'Copied' : 'Copy JSON'}</Button>}
          </CopyButton>
          <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={saveHtml}>Save HTML</Button>
        </Group>
      </Group>
      <Group gap="sm">
        <StateBadge state={receipt.state} />
        <Text size="sm"><Moment at={receipt.startedAt} /> to <Moment at={receipt.endedAt} />, {formatDuration(receipt.endedAt - receipt.startedAt)}</Text>
        {receipt.limitedBy !== null && <Text size="sm" c="dimmed">Limited by {receipt.limitedBy}</Text>}
      </Group>
      {receipt.error && <ErrorPanel error={receipt.error} />}
      <section aria-labelledby="gaps">
        <Title order={2} id="gaps" mb={4}>{gapsIn(receipt.folders) === 0 && receipt.failures.length === 0 ? 'What the job leaves out' : 'What was not protected'}</Title>
        {unprotected.length === 0
          ? <Text size="sm">Nothing that this run knows of.</Text>
          : <ul style={{ margin: 0, paddingInlineStart: 20 }}>{unprotected.map(({ name, reason }) => <li key={`${name} ${reason}`}><Text size="sm"><b>{name === '' ? 'Files in the folder itself' : name}</b>: {reason}</Text></li>)}</ul>}
      </section>
      <NoticeList notices={receipt.notices} />
      <Failures failures={receipt.failures} />
      <ReceiptFolders folders={receipt.folders} />
      <Stack component="section" gap="xs" aria-label="How it was made">
        <Title order={2}>How it was made</Title>
        <Text size="sm">{job.source} → {job.destination}</Text>
        <Text size="sm">By {host.user}{host.isRoot ? ' (root)' : ', who is not root: owners of files were not kept,'} on {host.name}, Daybreak {host.daybreak}, {rsync.version === null ? 'rsync was not run' : `rsync ${rsync.version}`}.</Text>
        {rsync.argv.length > 0 && <CopyLine text={rsync.argv.join(' ')} label="rsync was called like this" />}
        <CopyLine text={hash} label={`Hash of this receipt, number ${number} in the chain`} />
        <CopyLine text={previous} label="Hash of the one before" />
        <Text size="sm" c="dimmed">Each receipt names the one before, so that a changed or missing one shows. <Anchor size="sm" underline="always" href={hrefOf({ name: 'settings' })}>Check them all in the settings</Anchor></Text>
      </Stack>
    </Stack>
  );
}
