import { NumberInput, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { MailForm } from './mail-form.tsx';
import { OutboxList } from './outbox-list.tsx';
import { useNotifySettings } from './use-notify-settings.ts';
import { WebhookList } from './webhook-list.tsx';

const mostMinutes = 24 * 60;

/** Ways to tell people where nobody looks at a screen: mail, web addresses, and what went out. */
export function NotificationsPanel() {
  const { kept, failure, save } = useNotifySettings();
  if (failure) return <ErrorPanel error={failure} />;
  if (!kept) return <Skeleton height={420} role="status" aria-label="Loading" />;
  const { settings, hasMailPassword, whyNoSecrets } = kept;
  return (
    <>
      <Paper withBorder p="md" component="section" aria-labelledby="mail-title">
        <Title order={2} id="mail-title" mb={4}>Mail</Title>
        <MailForm mail={settings.mail} hasPassword={hasMailPassword} whyNoSecrets={whyNoSecrets} onSave={(mail, password) => save({ ...settings, mail }, password)} />
      </Paper>
      <Paper withBorder p="md" component="section" aria-labelledby="webhooks-title">
        <Title order={2} id="webhooks-title" mb={4}>Web addresses</Title>
        <WebhookList webhooks={settings.webhooks} onSave={(webhooks) => save({ ...settings, webhooks })} />
      </Paper>
      <Paper withBorder p="md" component="section" aria-labelledby="outbox-title">
        <Title order={2} id="outbox-title" mb="xs">Messages</Title>
        <Stack gap="md">
          <DigestField minutes={settings.digestMinutes} onMinutes={(digestMinutes) => { save({ ...settings, digestMinutes }).catch(tellError); }} />
          <Text size="sm" c="dimmed" mt={-8}>One message in place of a flood when many jobs have trouble at once. 0 sends each at once.</Text>
          <OutboxList webhooks={settings.webhooks} />
        </Stack>
      </Paper>
    </>
  );
}

/** Kept when the field is left: half a number is none. */
function DigestField({ minutes, onMinutes }: { readonly minutes: number; readonly onMinutes: (minutes: number) => void }) {
  const [typed, setTyped] = useState<number | string>(minutes);
  const keep = (): void => {
    if (typeof typed !== 'number') setTyped(minutes);
    else if (typed !== minutes) onMinutes(typed);
  };
  return (
    <NumberInput
      w={260} label="Send together what comes within" suffix={typed === 1 ? ' minute' : ' minutes'} min={0} max={mostMinutes} allowDecimal={false} clampBehavior="strict" value={typed}
      onChange={setTyped} onBlur={keep}
    />
  );
}
