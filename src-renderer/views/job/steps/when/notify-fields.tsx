import { Anchor, Group, NumberInput, Radio, Stack, Switch, Text } from '@mantine/core';
import type { JobNotify } from '../../../../../src-shared/notify.ts';
import { hrefOf } from '../../../../shell/route.ts';
import classes from '../../job.module.css';
import { Section } from '../how/section.tsx';

interface NotifyFieldsProps {
  readonly notify: JobNotify;
  readonly onNotify: (notify: JobNotify) => void;
}

const choices: readonly { readonly value: JobNotify['on']; readonly label: string }[] = [
  { value: 'problems', label: 'When a run was not good, and when the next one is good again' }, { value: 'always', label: 'After every run' }, { value: 'never', label: 'Never' },
];
const usualHours = 36;
const mostHours = 24 * 60;

/** When people are told about the runs of this job. */
export function NotifyFields({ notify, onNotify }: NotifyFieldsProps) {
  const { silentHours } = notify;
  return (
    <Section title="Tell me">
      <Radio.Group aria-label="Tell me" value={notify.on} onChange={(value) => onNotify({ ...notify, on: choices.find((each) => each.value === value)?.value ?? notify.on })}>
        <Stack gap={8}>{choices.map(({ value, label }) => <Radio key={value} value={value} label={label} />)}</Stack>
      </Radio.Group>
      <div className={classes.option}>
        <Switch
          label="Also when nothing ran well for a while" checked={silentHours !== null}
          onChange={(event) => onNotify({ ...notify, silentHours: event.currentTarget.checked ? usualHours : null })}
        />
        <div className={classes.optionBelow}>
          <Text size="sm" c="dimmed">A backup that does not run at all fails nowhere: this tells you all the same.</Text>
          {silentHours !== null && (
            <Group mt={6}>
              <NumberInput
                w={170} label="No good run for" suffix={silentHours === 1 ? ' hour' : ' hours'} min={1} max={mostHours} allowDecimal={false} clampBehavior="strict" value={silentHours}
                onChange={(value) => typeof value === 'number' && value >= 1 && onNotify({ ...notify, silentHours: value })}
              />
            </Group>
          )}
        </div>
      </div>
      <Text size="sm" c="dimmed">Mail and web addresses are set up once for all jobs, in the <Anchor size="sm" underline="always" href={hrefOf({ name: 'settings' })}>settings</Anchor>.</Text>
    </Section>
  );
}
