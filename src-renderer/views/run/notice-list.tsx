import { List, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { Notice } from '../../../src-shared/run.ts';

/** What a person should know about a run. */
export function NoticeList({ notices }: { readonly notices: readonly Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <List listStyleType="none" spacing={6} size="sm" aria-label="Notices">
      {notices.map(({ level, message, hint }, index) => (
        // They have no names of their own, and none is ever put between others.
        <List.Item key={`${index} ${message}`} icon={level === 'info' ? <IconInfoCircle size={17} aria-label="Information" /> : <IconAlertTriangle size={17} aria-label="Warning" />}>
          {message}{hint !== undefined && <Text size="sm" c="dimmed">{hint}</Text>}
        </List.Item>
      ))}
    </List>
  );
}
