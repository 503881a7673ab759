import { Button, Group, Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface ConfirmProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly text: ReactNode;
  readonly confirmLabel: string;
  readonly cancelLabel?: string;
  readonly isDangerous?: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before something is lost, and says what. */
export function Confirm({ isOpen, title, text, confirmLabel, cancelLabel = 'Cancel', isDangerous = false, onConfirm, onCancel }: ConfirmProps) {
  return (
    <Modal opened={isOpen} onClose={onCancel} title={title} centered>
      <Text component="div" size="sm">{text}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onCancel} data-autofocus>{cancelLabel}</Button>
        <Button onClick={onConfirm} {...(isDangerous ? { color: 'red.9' } : {})}>{confirmLabel}</Button>
      </Group>
    </Modal>
  );
}
