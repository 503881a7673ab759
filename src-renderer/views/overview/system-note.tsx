import { ActionIcon, Popover, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyLine } from '../../parts/copy-line.tsx';

/** Stands where other jobs have their menu: why this one has none, and where it is changed. */
export function SystemNote({ jobName }: { readonly jobName: string }) {
  // As with the menus: most are never opened.
  const [isWanted, setIsWanted] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const toggle = (): void => {
    setIsWanted(true);
    setIsOpen(!isOpen);
  };
  const button = (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`How to change ${jobName}`} title="How to change it" aria-expanded={isOpen} onClick={toggle}>
      <IconInfoCircle size={17} aria-hidden />
    </ActionIcon>
  );
  if (!isWanted) return button;
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" withinPortal={false} width={330} trapFocus>
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown aria-label={`How to change ${jobName}`}>
        <Stack gap="xs">
          <Text size="sm">The system service runs this job as root, so that owners are kept. Whoever could change it would be root: it is changed in the service's own page.</Text>
          <CopyLine label="A link to that page, which works once" text="sudo daybreak status --link" />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
