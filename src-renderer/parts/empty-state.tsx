import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}

/** A place where nothing is yet, and what to do about it. */
export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <Stack align="center" gap="sm" py={56} ta="center">
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw={480}>{text}</Text>
      {children}
    </Stack>
  );
}
