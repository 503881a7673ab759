import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ErrorData } from '../../src-shared/errors.ts';

interface ErrorPanelProps {
  readonly error: ErrorData;
  readonly onRetry?: () => void;
}

/** What failed, where, and what to do next. */
export function ErrorPanel({ error, onRetry }: ErrorPanelProps) {
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={error.message} role="alert">
      {error.hint !== undefined && <Text size="sm">{error.hint}</Text>}
      {error.detail !== undefined && <Code block mt="xs">{error.detail}</Code>}
      {onRetry && <Group mt="sm"><Button size="xs" variant="default" onClick={onRetry}>Try again</Button></Group>}
    </Alert>
  );
}
