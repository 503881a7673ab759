import { Group, Progress, Text, UnstyledButton } from '@mantine/core';
import { IconCpu2, IconDatabase, IconServer2, IconUsb } from '@tabler/icons-react';
import type { Volume } from '../../../src-shared/place.ts';
import { formatBytes } from '../../format.ts';
import classes from './job.module.css';
import { volumeKind, volumeName } from './volume-words.ts';

interface VolumeCardProps {
  readonly volume: Volume;
  readonly isCurrent: boolean;
  readonly onOpen: () => void;
}

/** A mounted volume as a place for a backup. One that is read-only stays in sight and says why it cannot be taken. */
export function VolumeCard({ volume, isCurrent, onOpen }: VolumeCardProps) {
  const { mount, freeBytes, totalBytes, readOnly } = volume;
  const usedPercent = freeBytes === null || totalBytes === null || totalBytes === 0 ? null : (1 - freeBytes / totalBytes) * 100;
  return (
    <UnstyledButton className={classes.volumeCard} disabled={readOnly} aria-pressed={isCurrent} title={`${mount.source} (${mount.type}) at ${mount.point}`} onClick={onOpen}>
      <Group gap="xs" wrap="nowrap">
        <VolumeIcon kind={volume.kind} />
        <Text component="span" fw={600} size="sm" truncate flex={1}>{volumeName(volume)}</Text>
        <Text component="span" size="xs" c="dimmed" className={classes.mono}>{mount.type}</Text>
      </Group>
      <Text component="span" display="block" size="xs" c="dimmed" truncate>{volumeKind(volume)} · {mount.point}</Text>
      {usedPercent !== null && <Progress component="span" display="block" value={usedPercent} size={5} {...(usedPercent > 92 ? { color: 'orange' } : {})} aria-hidden />}
      <Text component="span" display="block" size="xs" className={classes.figures}>
        {readOnly ? 'Read-only: nothing can be written here' : roomText(freeBytes, totalBytes)}
      </Text>
    </UnstyledButton>
  );
}

/** The picture for a kind of volume. */
export function VolumeIcon({ kind }: { readonly kind: Volume['kind'] }) {
  const Icon = { disk: IconDatabase, network: IconServer2, memory: IconCpu2, removable: IconUsb }[kind];
  return <Icon size={18} stroke={1.6} aria-hidden className={classes.folderIcon} />;
}

function roomText(freeBytes: number | null, totalBytes: number | null): string {
  if (freeBytes === null || totalBytes === null) return 'Room unknown: it did not answer in time';
  return `${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}`;
}
