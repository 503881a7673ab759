import { ActionIcon, Popover, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { CopyLine } from '../../parts/copy-line.tsx';

/** Stands where other jobs have their menu: why this one has none, and where it is changed. */
export function SystemNote({ jobName }: { readonly jobName: string }) {
  return (
    <Popover position="bottom-end" withinPortal={false} width={330} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`How to change ${jobName}`} title="How to change it"><IconInfoCircle size={17} aria-hidden /></ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={`How to change ${jobName}`}>
        <Stack gap="xs">
          <Text size="sm">The system service runs this job as root, so that owners are kept. Changing it, and answering for its deletions and alarms, is for root as well: in the service's own page.</Text>
          <CopyLine label="A link to that page, which works once" text="sudo daybreak status --link" />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
