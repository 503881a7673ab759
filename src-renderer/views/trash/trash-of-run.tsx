import { Breadcrumbs, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Job } from '../../../src-shared/job.ts';
import { formatNumberOf } from '../../format.ts';
import { RestoreDialog } from './restore-dialog.tsx';
import { withName } from './selection.ts';
import { TrashTable } from './trash-table.tsx';
import classes from './trash.module.css';

interface TrashOfRunProps {
  readonly job: Job;
  readonly run: number;
  readonly startFolder: string;
}

/** The trash of one run: folders to walk through, names to choose across them, and the way back. */
export function TrashOfRun({ job, run, startFolder }: TrashOfRunProps) {
  const [folder, setFolder] = useState(startFolder);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [isRestoring, setIsRestoring] = useState(false);
  const parts = folder === '' ? [] : folder.split('/');
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm" mih={36}>
        <nav aria-label="Folder in the trash">
          <Breadcrumbs separatorMargin={6}>
            {[null, ...parts].map((part, index) => {
              const target = parts.slice(0, index).join('/');
              return <button key={target} type="button" className={classes.crumb} aria-current={target === folder ? 'location' : undefined} onClick={() => setFolder(target)}>{part ?? `Run ${run}`}</button>;
            })}
          </Breadcrumbs>
        </nav>
        <Group gap="sm">
          <Text size="sm" c="dimmed" role="status">{chosen.length === 0 ? 'Nothing chosen' : `${formatNumberOf(chosen.length, 'name')} chosen`}</Text>
          {chosen.length > 0 && <Button size="xs" variant="default" onClick={() => setChosen([])}>Choose none</Button>}
          <Button size="xs" disabled={chosen.length === 0} onClick={() => setIsRestoring(true)}>Restore to a folder</Button>
        </Group>
      </Group>
      <TrashTable jobId={job.id} run={run} folder={folder} chosen={chosen} onFolder={setFolder} onChoose={(names, isOn) => setChosen((before) => names.reduce((all, name) => withName(all, name, isOn), before))} />
      <RestoreDialog job={job} run={run} names={chosen} isOpen={isRestoring} onClose={() => setIsRestoring(false)} />
    </Stack>
  );
}
