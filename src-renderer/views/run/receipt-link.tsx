import { Anchor, Group, Text } from '@mantine/core';
import { IconReceipt } from '@tabler/icons-react';
import { hrefOf } from '../../shell/route.ts';

/** The way to the record of an ended run. */
export function ReceiptLink({ run }: { readonly run: number }) {
  return (
    <Group gap={6}>
      <IconReceipt size={16} aria-hidden />
      <Anchor size="sm" underline="always" href={hrefOf({ name: 'receipt', id: run })}>Receipt</Anchor>
      <Text size="sm" c="dimmed">what was and was not protected, folder by folder, to keep or to hand on</Text>
    </Group>
  );
}
