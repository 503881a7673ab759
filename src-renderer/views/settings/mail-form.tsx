import { Alert, Button, Group, NumberInput, PasswordInput, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { MailSettings } from '../../../src-shared/notify.ts';
import { useCalls } from '../../connection/calls.tsx';
import { tellError } from '../../parts/tell-error.ts';
import { mailProblem, usualPorts, withSecurity } from './mail-rules.ts';
import { TestButton } from './test-button.tsx';

interface MailFormProps {
  readonly mail: MailSettings;
  readonly hasPassword: boolean;
  /** Why a password cannot be kept here, in a sentence; null where it can. */
  readonly whyNoSecrets: string | null;
  /** `password` undefined: as it is kept. */
  readonly onSave: (mail: MailSettings, password?: string | null) => Promise<void>;
}

const securities: readonly { readonly value: MailSettings['security']; readonly label: string }[] = [
  { value: 'starttls', label: 'STARTTLS (usual)' }, { value: 'tls', label: 'TLS from the start' }, { value: 'none', label: 'None, only for a server on this machine' },
];

/** Where mail goes out. Kept with Save; a test uses what is typed now. */
export function MailForm({ mail, hasPassword, whyNoSecrets, onSave }: MailFormProps) {
  const calls = useCalls();
  const [draft, setDraft] = useState(mail);
  const [password, setPassword] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const [wasTried, setWasTried] = useState(false);
  const change = (part: Partial<MailSettings>): void => setDraft((before) => ({ ...before, ...part }));
  const problem = mailProblem(draft);
  const keep = async (newPassword?: string | null): Promise<void> => {
    setWasTried(true);
    if (problem !== null) return;
    setIsSaving(true);
    try {
      await onSave(draft, newPassword);
      setPassword('');
      notifications.show({ message: newPassword === null ? 'The password is forgotten.' : 'The mail settings are saved.' });
    } catch (thrown) {
      tellError(thrown);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Stack gap="sm">
      <Switch label="Send mail" checked={draft.enabled} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
      <Group align="flex-start" gap="sm">
        <TextInput flex="1 1 220px" label="Mail server" placeholder="mail.example.org" spellCheck={false} autoComplete="off" value={draft.host} onChange={(event) => change({ host: event.currentTarget.value })} />
        <Select w={230} label="Encryption" allowDeselect={false} data={[...securities]} value={draft.security} onChange={(value) => change(withSecurity(draft, securities.find((each) => each.value === value)?.value ?? draft.security))} />
        <NumberInput w={90} label="Port" hideControls min={1} max={65_535} allowDecimal={false} clampBehavior="strict" value={draft.port} onChange={(value) => change({ port: typeof value === 'number' ? value : usualPorts[draft.security] })} />
      </Group>
      <Group align="flex-start" gap="sm">
        <TextInput flex="1 1 220px" label="User" description="Empty where the server asks for none" spellCheck={false} autoComplete="off" value={draft.user} onChange={(event) => change({ user: event.currentTarget.value })} />
        <PasswordInput
          flex="1 1 220px" label="Password" description={hasPassword ? 'Stored. It is never shown; a new one takes its place.' : 'Not stored'} autoComplete="new-password" maxLength={1000} disabled={whyNoSecrets !== null}
          placeholder={hasPassword ? '••••••••' : ''} value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show the password that is typed' }}
        />
      </Group>
      {whyNoSecrets !== null && <Alert color="orange" variant="outline" title="Passwords cannot be kept here">{whyNoSecrets}</Alert>}
      <Group align="flex-start" gap="sm">
        <TextInput flex="1 1 220px" label="From" placeholder="daybreak@example.org" type="email" autoComplete="off" value={draft.from} onChange={(event) => change({ from: event.currentTarget.value })} />
        <TagsInput flex="1 1 220px" label="To" placeholder={draft.to.length === 0 ? 'you@example.org' : ''} maxTags={20} splitChars={[',', ' ', ';']} acceptValueOnBlur value={draft.to} onChange={(to) => change({ to })} />
      </Group>
      {wasTried && problem !== null && <Text size="sm" c="var(--mantine-color-error)" role="alert">{problem}</Text>}
      <Group gap="xs">
        <Button size="xs" loading={isSaving} onClick={() => void keep(password === '' ? undefined : password)}>Save</Button>
        {hasPassword && <Button size="xs" variant="default" onClick={() => void keep(null)}>Forget the password</Button>}
        <TestButton
          label="Send test mail" isDisabled={mailProblem({ ...draft, enabled: true }) !== null}
          onTest={() => calls.notify.test({ channel: { kind: 'mail', mail: draft, password: password === '' ? null : password } })}
        />
      </Group>
    </Stack>
  );
}
