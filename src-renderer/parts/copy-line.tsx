import { ActionIcon, Box, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** A line to copy: a command or a path. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <Box>
      <Text size="sm" c="dimmed">{label}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Code block flex={1} tabIndex={0} aria-label={label}>{text}</Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon variant="default" size="lg" onClick={copy} aria-label={`Copy: ${label}`}>
                {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </Box>
  );
}
