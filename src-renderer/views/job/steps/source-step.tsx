import { Loader, Stack, Text } from '@mantine/core';
import { IconHome } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorPanel } from '../../../parts/error-panel.tsx';
import { ChosenFolder } from '../chosen-folder.tsx';
import { DoctorPanel } from '../doctor-panel.tsx';
import type { Finding } from '../findings.ts';
import { FolderBrowser, parentOf, type Shortcut } from '../folder-browser.tsx';
import { SplitList } from '../split-list.tsx';
import type { PreviewState } from '../use-split-preview.ts';
import type { VolumesState } from '../use-volumes.ts';
import { VolumeIcon } from '../volume-card.tsx';
import { volumeName } from '../volume-words.ts';

interface SourceStepProps {
  readonly source: string;
  readonly onSource: (path: string) => void;
  /** The user's own folder; null where it is not known. */
  readonly home: string | null;
  readonly volumes: VolumesState;
  readonly preview: PreviewState;
  readonly findings: readonly Finding[];
  readonly isChecking: boolean;
  readonly error: string | null;
}

/** Which folder is backed up, what is in it, and how the work would be split. */
export function SourceStep({ source, onSource, home, volumes, preview, findings, isChecking, error }: SourceStepProps) {
  const [isBrowsing, setIsBrowsing] = useState(source === '');
  const [browsed, setBrowsed] = useState<string | null>(null);
  const path = browsed ?? (source === '' ? home ?? '/' : parentOf(source));
  const shortcuts: Shortcut[] = [
    ...(home === null ? [] : [{ label: 'Home', path: home, icon: <IconHome size={18} stroke={1.6} aria-hidden /> }]),
    ...(volumes.volumes ?? []).map((volume) => ({ label: volumeName(volume), path: volume.mount.point, icon: <VolumeIcon kind={volume.kind} /> })),
  ];

  function choose(next: string): void {
    setIsBrowsing(false);
    setBrowsed(null);
    onSource(next);
  }

  const hasProblem = findings.some((finding) => finding.level === 'problem');
  return (
    <Stack gap="md">
      <ChosenFolder
        label="Source folder" description="Everything in it is backed up; nothing is ever written into it." path={source}
        error={hasProblem ? null : error} isBrowsing={isBrowsing} onBrowse={setIsBrowsing} onPath={choose}
      />
      {isBrowsing && <FolderBrowser what="Source" path={path} onPath={setBrowsed} onChoose={choose} shortcuts={shortcuts} />}
      {source !== '' && !isBrowsing && (
        <>
          {(findings.length > 0 || (isChecking && !preview.split)) && <DoctorPanel findings={findings} isChecking={isChecking} />}
          {preview.split && <SplitList split={preview.split} />}
          {preview.failure && !hasProblem && <ErrorPanel error={preview.failure} />}
          {!preview.split && !preview.failure && !hasProblem && <Text size="sm" c="dimmed"><Loader size={14} mr={8} aria-hidden />Looking for folders …</Text>}
        </>
      )}
    </Stack>
  );
}
