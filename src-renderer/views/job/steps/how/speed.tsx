import { Group, NumberInput, SegmentedControl, Text } from '@mantine/core';
import type { JobOptions } from '../../../../../src-shared/job.ts';
import { costSentence } from '../../../../../src-shared/option-costs.ts';
import classes from '../../job.module.css';
import { OptionSwitch } from './option-switch.tsx';
import { OptionWords } from './option-words.tsx';
import { Section } from './section.tsx';

interface SpeedProps {
  readonly options: JobOptions;
  readonly onOptions: (change: Partial<JobOptions>) => void;
}

const bytesPerMegabyte = 1_000_000;
const mostWorkers = 64;

/** How fast it may be, and what it may use for that. */
export function Speed({ options, onOptions }: SpeedProps) {
  const { workers, bandwidthLimit } = options;
  return (
    <Section title="Speed and care">
      <div className={classes.option}>
        <Group gap="sm" align="center">
          <Text size="sm" fw={500} id="workers-label">Copies at the same time</Text>
          <SegmentedControl
            size="xs" aria-labelledby="workers-label" value={workers === 'auto' ? 'auto' : 'fixed'} data={[{ value: 'auto', label: 'Automatic' }, { value: 'fixed', label: 'Fixed' }]}
            onChange={(value) => onOptions({ workers: value === 'auto' ? 'auto' : 8 })}
          />
          {workers !== 'auto' && (
            <NumberInput
              w={90} size="xs" aria-label="Number of copies at the same time" min={1} max={mostWorkers} allowDecimal={false} clampBehavior="strict" value={workers}
              onChange={(value) => typeof value === 'number' && value >= 1 && onOptions({ workers: value })}
            />
          )}
        </Group>
        <OptionWords name="Copies at the same time" rsync="so many rsync processes, each for one unit">
          {workers === 'auto' ? 'Daybreak starts more while that helps, and fewer where the disks or the network are full.' : 'Always this many, up to 64. You can change it while a run is going on.'}
        </OptionWords>
      </div>
      <div>
        <OptionSwitch
          label="Limit the bandwidth" isOn={bandwidthLimit !== null} cost={costSentence('bandwidthLimit')} rsync="--bwlimit, shared by all processes of the run"
          onChange={(isOn) => onOptions({ bandwidthLimit: isOn ? 50 * bytesPerMegabyte : null })}
        >
          For the whole run, so that others can work meanwhile.
        </OptionSwitch>
        {bandwidthLimit !== null && (
          <NumberInput
            className={classes.indented} w={180} aria-label="Bandwidth limit in MB/s" suffix=" MB/s" min={0.1} max={100_000} decimalScale={1} clampBehavior="blur"
            value={bandwidthLimit / bytesPerMegabyte}
            onChange={(value) => typeof value === 'number' && value > 0 && onOptions({ bandwidthLimit: Math.round(value * bytesPerMegabyte) })}
          />
        )}
      </div>
      <OptionSwitch label="Compare by content" isOn={options.checksum} onChange={(checksum) => onOptions({ checksum })} rsync="--checksum" cost={costSentence('checksum')}>
        Reads every file at both ends instead of trusting size and time. Finds what changed without a trace; for a check now and then, not every night.
      </OptionSwitch>
      <OptionSwitch label="Compress on the way" isOn={options.compress} onChange={(compress) => onOptions({ compress })} rsync="--compress" cost={costSentence('compress')}>
        Both ends are folders of this machine, so what is compressed is unpacked right here again.
      </OptionSwitch>
    </Section>
  );
}
