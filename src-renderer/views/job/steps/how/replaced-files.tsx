import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { ChosenFolder } from '../../chosen-folder.tsx';
import type { Draft } from '../../draft.ts';
import { FolderBrowser, parentOf } from '../../folder-browser.tsx';
import classes from '../../job.module.css';
import { OptionSwitch } from './option-switch.tsx';
import { Section } from './section.tsx';
import type { JobOptions } from '../../../../../src-shared/job.ts';

interface ReplacedFilesProps {
  readonly draft: Draft;
  readonly onOptions: (change: Partial<JobOptions>) => void;
  readonly cost: string | undefined;
  readonly error: string | null;
}

/** Whether the earlier version of a replaced file is kept, and where. */
export function ReplacedFiles({ draft, onOptions, cost, error }: ReplacedFilesProps) {
  const { mirror, backup, backupDir, trashDays } = draft.options;
  const [browsed, setBrowsed] = useState<string | null>(null);
  const suggested = draft.destination === '' ? '' : `${draft.destination}-replaced`;
  // A mirror would delete copies that lie beside their files at its next run.
  const hasFolder = mirror || backupDir !== null;

  return (
    <Section title="When a file changes">
      <OptionSwitch
        label={mirror ? 'Keep what is replaced or deleted' : 'Keep what is replaced'} isOn={backup} cost={cost} isDisabled={trashDays !== null && !backup}
        rsync={hasFolder ? '--backup --backup-dir=FOLDER' : '--backup'}
        onChange={(isOn) => onOptions({ backup: isOn, backupDir: isOn && mirror ? backupDir ?? suggested : backupDir })}
      >
        {trashDays === null
          ? 'Before a file in the backup is overwritten, the version there is put aside. One earlier version is kept; the next one takes its place.'
          : 'Not together with the trash, which keeps every earlier version already.'}
      </OptionSwitch>
      {backup && (
        <div className={classes.inset}>
          {!mirror && (
            <Radio.Group label="Where" value={hasFolder ? 'folder' : 'beside'} onChange={(value) => onOptions({ backupDir: value === 'folder' ? suggested : null })}>
              <Stack gap={6} mt={6} mb="sm">
                <Radio value="beside" label="Beside the file, with ~ at the end of its name" />
                <Radio value="folder" label="In a folder of their own" />
              </Stack>
            </Radio.Group>
          )}
          {hasFolder && (
            <>
              <ChosenFolder
                label="Folder for replaced files" description="On the same volume as the destination, and beside it. It is made where it is missing."
                path={backupDir ?? ''} error={error} isBrowsing={browsed !== null}
                onBrowse={(open) => setBrowsed(open ? parentOf(draft.destination === '' ? '/' : draft.destination) : null)}
                onPath={(path) => {
                  setBrowsed(null);
                  onOptions({ backupDir: path });
                }}
              />
              {browsed !== null && (
                <div className={classes.gapAbove}>
                  <FolderBrowser
                    what="Folder for replaced files" path={browsed} onPath={setBrowsed} canMakeFolders
                    onChoose={(path) => {
                      setBrowsed(null);
                      onOptions({ backupDir: path });
                    }}
                  />
                </div>
              )}
            </>
          )}
        </div>
      )}
    </Section>
  );
}
