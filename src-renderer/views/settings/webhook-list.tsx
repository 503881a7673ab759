import { ActionIcon, Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Webhook } from '../../../src-shared/notify.ts';
import { useCalls } from '../../connection/calls.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { tellError } from '../../parts/tell-error.ts';
import classes from './settings.module.css';
import { TestButton } from './test-button.tsx';
import { addressProblem, shortAddress, webhookForms } from './webhook-words.ts';

interface WebhookListProps {
  readonly webhooks: readonly Webhook[];
  readonly onSave: (webhooks: Webhook[]) => Promise<void>;
}

const mostWebhooks = 20;

/** Web addresses that are told. Every change is kept at once. */
export function WebhookList({ webhooks, onSave }: WebhookListProps) {
  const calls = useCalls();
  const [toRemove, setToRemove] = useState<Webhook | null>(null);
  const save = (next: Webhook[]): void => {
    onSave(next).catch(tellError);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">Chat, a phone, or a watcher that wants to hear from each run. Addresses are shown without what may be secret in them.</Text>
      {webhooks.length > 0 && (
        <ul className={classes.webhooks} role="list" aria-label="Web addresses that are told">
          {webhooks.map((webhook) => {
            const label = webhookForms.find(({ value }) => value === webhook.form)?.label ?? webhook.form;
            const name = `${label}, ${shortAddress(webhook.url)}`;
            return (
              <li key={webhook.id}>
                <Group gap="sm">
                  <Switch
                    label={name} checked={webhook.enabled}
                    onChange={(event) => save(webhooks.map((each) => (each.id === webhook.id ? { ...each, enabled: event.currentTarget.checked } : each)))}
                  />
                  <Group gap={6} ml="auto">
                    <TestButton label="Send test" onTest={() => calls.notify.test({ channel: { kind: 'webhook', webhook } })} />
                    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${name}`} onClick={() => setToRemove(webhook)}><IconTrash size={16} aria-hidden /></ActionIcon>
                  </Group>
                </Group>
              </li>
            );
          })}
        </ul>
      )}
      {webhooks.length < mostWebhooks && <AddWebhook onAdd={(form, url) => save([...webhooks, { id: `webhook-${Date.now().toString(36)}`, enabled: true, form, url }])} />}
      <Confirm
        isOpen={toRemove !== null} isDangerous title={`Remove ${toRemove ? shortAddress(toRemove.url) : ''}?`} confirmLabel="Remove the address"
        text="It is told nothing any more. Its whole address is not shown anywhere, so that you need it from elsewhere to add it again."
        onConfirm={() => { save(webhooks.filter(({ id }) => id !== toRemove?.id)); setToRemove(null); }} onCancel={() => setToRemove(null)}
      />
    </Stack>
  );
}

function AddWebhook({ onAdd }: { readonly onAdd: (form: Webhook['form'], url: string) => void }) {
  const [form, setForm] = useState<Webhook['form']>('slack');
  const [url, setUrl] = useState('');
  const [wasTried, setWasTried] = useState(false);
  const problem = addressProblem(url.trim());
  const add = (): void => {
    setWasTried(true);
    if (problem !== null) return;
    onAdd(form, url.trim());
    setUrl('');
    setWasTried(false);
  };
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); add(); }}>
      <Group align="flex-start" gap="sm">
        <Select
          w={170} label="Form" allowDeselect={false} value={form} data={webhookForms.map(({ value, label }) => ({ value, label }))}
          onChange={(value) => setForm(webhookForms.find((each) => each.value === value)?.value ?? form)}
        />
        <TextInput
          flex="1 1 260px" label="Address" type="url" placeholder="https://" spellCheck={false} autoComplete="off" maxLength={2000} value={url} error={wasTried ? problem : null}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" mt={25}>Add</Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>{webhookForms.find(({ value }) => value === form)?.meaning}</Text>
    </form>
  );
}
