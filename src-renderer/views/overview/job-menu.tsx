import { ActionIcon, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconFlask, IconListSearch, IconPencil, IconRestore, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Job } from '../../../src-shared/job.ts';
import { useCalls } from '../../connection/calls.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { go } from '../../shell/route.ts';

interface JobMenuProps {
  readonly job: Job;
  readonly isRunning: boolean;
  readonly isOffline: boolean;
  readonly onPreview: () => void;
  readonly onDelete: () => void;
}

/** What else can be done with a job. */
export function JobMenu({ job, isRunning, isOffline, onPreview, onDelete }: JobMenuProps) {
  const calls = useCalls();
  // A list of hundreds of jobs should not carry as many menus that nobody opens.
  const [isWanted, setIsWanted] = useState(false);
  const button = (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`More for ${job.name}`} aria-haspopup="menu" onClick={() => setIsWanted(true)}>
      <IconDots size={17} aria-hidden />
    </ActionIcon>
  );
  if (!isWanted) return button;
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false} defaultOpened>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconListSearch size={15} aria-hidden />} disabled={isRunning || isOffline} onClick={onPreview}>What would change</Menu.Item>
        <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={() => go({ name: 'edit-job', id: job.id })}>Edit</Menu.Item>
        {job.kind === 'saved' && <Menu.Item leftSection={<IconRestore size={15} aria-hidden />} onClick={() => go({ name: 'trash', jobId: job.id })}>Trash: bring files back</Menu.Item>}
        {job.kind === 'saved' && <Menu.Item leftSection={<IconFlask size={15} aria-hidden />} onClick={() => go({ name: 'lab', jobId: job.id })}>What would make it faster?</Menu.Item>}
        <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} disabled={isOffline} onClick={() => { calls.jobs.duplicate({ id: job.id }).catch(tellError); }}>Duplicate</Menu.Item>
        <Menu.Item leftSection={<IconTrash size={15} aria-hidden />} disabled={isRunning || isOffline} onClick={onDelete}>Delete ...</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
