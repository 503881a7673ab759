import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ErrorData } from '../../../src-shared/errors.ts';
import type { Job } from '../../../src-shared/job.ts';
import { useCalls } from '../../connection/calls.tsx';
import { errorDataOf } from '../../connection/error-data.ts';
import { formatNumberOf } from '../../format.ts';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { ChosenFolder } from '../job/chosen-folder.tsx';
import { FolderBrowser, parentOf } from '../job/folder-browser.tsx';
import { restoredWords } from './restored-words.ts';

interface RestoreDialogProps {
  readonly job: Job;
  readonly run: number;
  /** Paths in the trash of the run. */
  readonly names: readonly string[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** More at once would not fit into one call. */
const mostNames = 1000;

/** Where chosen names go, and what became of them. */
export function RestoreDialog({ job, run, names, isOpen, onClose }: RestoreDialogProps) {
  const calls = useCalls();
  // Beside the source, not in it: nobody loses what is there now by bringing back what was.
  const [target, setTarget] = useState(`${job.source === '/' ? '' : job.source}-restored`);
  const [browsed, setBrowsed] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [result, setResult] = useState<{ restored: number; kept: number; target: string } | null>(null);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const close = (): void => {
    setResult(null);
    setFailure(null);
    onClose();
  };
  const choose = (path: string): void => {
    setBrowsed(null);
    setTarget(path);
  };
  const restore = async (): Promise<void> => {
    setIsBusy(true);
    setFailure(null);
    setResult(null);
    try {
      setResult({ ...await calls.trash.restore({ jobId: job.id, run, names: [...names], target }), target });
    } catch (thrown) {
      setFailure(errorDataOf(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Modal opened={isOpen} onClose={close} size="xl" title={`Restore ${formatNumberOf(names.length, 'name')} from the trash of run ${run}`}>
      <Stack gap="md">
        <ChosenFolder
          label="Into this folder" description="The names come with the folders above them. The trash keeps its copies." path={target} error={null}
          isBrowsing={browsed !== null} onBrowse={(open) => setBrowsed(open ? parentOf(target === '' ? '/' : target) : null)} onPath={choose}
        />
        {browsed !== null && <FolderBrowser what="Into this folder" path={browsed} onPath={setBrowsed} onChoose={choose} canMakeFolders />}
        <Text size="sm" c="dimmed">Nothing that is there is overwritten: where something else has the name, it stays as it is and is counted.</Text>
        {names.length > mostNames && <Text size="sm" role="alert">These are too many at once: choose at most {mostNames}, or the folders above them.</Text>}
        {failure && <ErrorPanel error={failure} />}
        {result && <Alert role="status" color={result.kept > 0 ? 'orange' : 'green'} mod={{ good: result.kept === 0 }} variant="outline" title={restoredWords(result)}>They are in {result.target}.</Alert>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>{result ? 'Close' : 'Cancel'}</Button>
          <Button loading={isBusy} disabled={target === '' || browsed !== null || names.length > mostNames || names.length === 0} onClick={() => void restore()}>Restore {formatNumberOf(names.length, 'name')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
