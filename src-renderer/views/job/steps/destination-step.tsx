import { ActionIcon, Group, Skeleton, Stack, Text, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { isAtOrInside } from '../../../../src-shared/path-inside.ts';
import type { Volume } from '../../../../src-shared/place.ts';
import { ErrorPanel } from '../../../parts/error-panel.tsx';
import { ChosenFolder } from '../chosen-folder.tsx';
import { DoctorPanel } from '../doctor-panel.tsx';
import type { Finding } from '../findings.ts';
import { FolderBrowser, parentOf } from '../folder-browser.tsx';
import classes from '../job.module.css';
import type { VolumesState } from '../use-volumes.ts';
import { VolumeCard } from '../volume-card.tsx';

interface DestinationStepProps {
  readonly destination: string;
  readonly onDestination: (path: string) => void;
  readonly volumes: VolumesState;
  readonly findings: readonly Finding[];
  readonly isChecking: boolean;
  readonly error: string | null;
}

/** Where the backup goes: a volume, a folder on it, and what the look at it found. */
export function DestinationStep({ destination, onDestination, volumes, findings, isChecking, error }: DestinationStepProps) {
  // Without a destination the cards come first: which folder to start in depends on the volume.
  const [browsed, setBrowsed] = useState<string | null>(null);
  const near = browsed ?? destination;
  const current = volumeOf(near, volumes.volumes ?? []);

  function choose(next: string): void {
    setBrowsed(null);
    onDestination(next);
  }

  return (
    <Stack gap="md">
      <ChosenFolder
        label="Destination folder" description="The backup is a plain copy: the same folders and files, readable without Daybreak." path={destination} error={error}
        isBrowsing={browsed !== null} onBrowse={(open) => setBrowsed(open ? (destination === '' ? '/' : parentOf(destination)) : null)} onPath={choose}
      />
      {destination !== '' && browsed === null && (findings.length > 0 || isChecking) && <DoctorPanel findings={findings} isChecking={isChecking} />}
      <section aria-labelledby="volumes-title">
        <Group gap={4} mb={6}>
          <Text id="volumes-title" component="h3" size="sm" fw={600}>Mounted volumes</Text>
          <Tooltip label="Look again, for example after a disk was plugged in">
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Look for volumes again" onClick={volumes.reload}><IconRefresh size={15} /></ActionIcon>
          </Tooltip>
        </Group>
        {volumes.failure && <ErrorPanel error={volumes.failure} onRetry={volumes.reload} />}
        <div className={classes.volumeGrid}>
          {volumes.volumes === null && !volumes.failure
            ? [0, 1, 2].map((each) => <Skeleton key={each} height={104} radius="md" />)
            : (volumes.volumes ?? []).map((volume) => (
              <VolumeCard key={volume.mount.point} volume={volume} isCurrent={volume === current} onOpen={() => setBrowsed(volume.mount.point)} />
            ))}
        </div>
      </section>
      {browsed !== null && <FolderBrowser what="Destination" path={browsed} onPath={setBrowsed} onChoose={choose} canMakeFolders />}
    </Stack>
  );
}

/** The volume a path lies on: that of the longest mount point above it. */
function volumeOf(path: string, volumes: readonly Volume[]): Volume | null {
  const above = volumes.filter((volume) => path !== '' && isAtOrInside(path, volume.mount.point));
  return above.sort((one, other) => other.mount.point.length - one.mount.point.length)[0] ?? null;
}
