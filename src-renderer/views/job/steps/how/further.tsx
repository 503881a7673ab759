import type { FurtherOption, JobOptions } from '../../../../../src-shared/job.ts';
import { costSentence } from '../../../../../src-shared/option-costs.ts';
import { OptionSwitch } from './option-switch.tsx';
import { Section } from './section.tsx';

interface FurtherProps {
  readonly options: JobOptions;
  readonly onOptions: (change: Partial<JobOptions>) => void;
}

const words: readonly { readonly option: FurtherOption; readonly label: string; readonly text: string; readonly rsync: string }[] = [
  { option: 'acls', label: 'Access lists (ACLs)', text: 'Keeps who else may read or write a file, where both file systems know such lists.', rsync: '--acls' },
  { option: 'xattrs', label: 'Extended attributes', text: 'Keeps labels and other data that programs attach to files. All but those of users need root.', rsync: '--xattrs' },
  { option: 'sparse', label: 'Holes in files stay holes', text: 'For disk images and databases that are mostly empty: blocks of zeros take no room in the backup.', rsync: '--sparse' },
  { option: 'numeric-ids', label: 'Owners by number', text: 'Keeps user and group numbers as they are instead of finding the same names at the destination.', rsync: '--numeric-ids' },
  { option: 'fsync', label: 'Write each file to disk at once', text: 'A file counts as copied when the disk has it, not the cache. For destinations that may lose power.', rsync: '--fsync' },
  { option: 'modify-window-1', label: 'Times may differ by one second', text: 'For FAT and exFAT, which keep times in steps of two seconds: without it, unchanged files are copied again.', rsync: '--modify-window=1' },
];

/** Options of rsync that fewer need. None of them runs a program, writes elsewhere or deletes. */
export function Further({ options, onOptions }: FurtherProps) {
  const { further } = options;
  return (
    <Section title="Further options">
      {words.map(({ option, label, text, rsync }) => (
        <OptionSwitch
          key={option} label={label} rsync={rsync} cost={costSentence(option)} isOn={further.includes(option)}
          onChange={(isOn) => onOptions({ further: isOn ? [...further, option] : further.filter((each) => each !== option) })}
        >
          {text}
        </OptionSwitch>
      ))}
    </Section>
  );
}
