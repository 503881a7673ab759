import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest';
import { sendMail } from '../../src-main/core/notify/mail.ts';
import { testMessage } from '../../src-main/core/notify/run-message.ts';
import { sendWebhook } from '../../src-main/core/notify/webhook.ts';
import { MailSettings } from '../../src-shared/notify.ts';
import { startHttp, type HttpReceiver } from '../fixtures/http-receiver.ts';
import { makeCertificate, startSmtp, type SmtpOptions, type SmtpServer } from '../fixtures/smtp-server.ts';

const messages = [testMessage('studio', 0)];

describe('mail', () => {
  let server: SmtpServer;
  const certificate = makeCertificate();
  const trusted = getCACertificates('default');
  afterEach(async () => {
    setDefaultCACertificates(trusted);
    await server.close();
  });

  async function settings(options: SmtpOptions, more: Partial<MailSettings> = {}): Promise<MailSettings> {
    server = await startSmtp(options);
    return MailSettings.parse({ enabled: true, host: 'localhost', port: server.port, security: 'starttls', user: 'anna', from: 'a@b.c', to: ['d@e.f'], ...more });
  }

  test.skipIf(certificate === null)('goes by STARTTLS to a server whose certificate is trusted, and to no other', async () => {
    const mail = await settings({ user: 'anna', password: 'secret', certificate: certificate! });
    await expect(sendMail(mail, 'secret', messages)).rejects.toMatchObject({ kind: 'connection', message: expect.stringContaining('self-signed certificate') });
    setDefaultCACertificates([...trusted, certificate!.cert]);
    await sendMail(mail, 'secret', [{ ...messages[0]!, title: 'Prüfung\r\nBcc: evil@x.y', text: 'Zeile — ✓\n.\nEnde' }]);
    expect(server.mails).toMatchObject([{ isEncrypted: true, user: 'anna', to: ['d@e.f'], headers: { subject: 'Prüfung Bcc: evil@x.y' } }]);
    expect(server.mails[0]!.headers).not.toHaveProperty('bcc');
    expect(server.mails[0]!.text).toContain('Zeile — ✓\n.\nEnde');
  });

  test('does not go unencrypted where STARTTLS is asked for', async () => {
    const mail = await settings({ user: 'anna', password: 'secret' });
    await expect(sendMail(mail, 'secret', messages)).rejects.toMatchObject({ kind: 'connection', hint: expect.stringContaining('465') });
    expect(server.mails).toEqual([]);
  });

  test('says what the server said of a wrong password, without the password', async () => {
    const mail = await settings({ user: 'annab', password: 'secret', refusal: 'no: %' }, { security: 'none', user: 'annab' });
    const error = await sendMail(mail, 'hunter2-wrong', messages).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringMatching(/refused to sign in annab: .*535 no: .*\*\*\*/u) });
    for (const secret of ['hunter2-wrong', Buffer.from('\0annab\0hunter2-wrong').toString('base64')]) expect(JSON.stringify(error) + String(error)).not.toContain(secret);
    await expect(sendMail(mail, null, messages)).rejects.toMatchObject({ kind: 'auth', message: expect.stringContaining('no password') });
  });
});

describe('a webhook', () => {
  let here: HttpReceiver;
  let there: HttpReceiver;
  beforeAll(async () => {
    [here, there] = await Promise.all([startHttp(), startHttp()]);
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
  });
  const send = (userInfo = '') => sendWebhook({ form: 'json', url: `http://${userInfo}127.0.0.1:${here.port}/T0KEN?key=K3Y` }, messages);

  test('signs in by what its address says, and follows to the same server', async () => {
    here.answer = { status: 307, headers: { location: '/T0KEN/next' } };
    const sent = send('anna:s%40cret@');
    await expect(sent).rejects.toMatchObject({ message: expect.stringContaining('answered 307') });
    expect(here.requests.map(({ path }) => path)).toEqual(['/T0KEN?key=K3Y', ...Array.from({ length: 3 }, () => '/T0KEN/next')]);
    for (const { headers, method } of here.requests) expect([method, headers['authorization']]).toEqual(['POST', `Basic ${Buffer.from('anna:s@cret').toString('base64')}`]);
  });

  test.each([[404, 'not-found'], [403, 'auth'], [500, 'connection'], [302, 'connection']] as const)('that answers %d says so, as %s', async (status, kind) => {
    here.answer = { status, headers: { location: `http://127.0.0.1:${there.port}/` } };
    const error = await send('anna:s3cret@').catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(`/*** answered ${status}`) });
    expect(JSON.stringify(error)).not.toMatch(/T0KEN|K3Y|s3cret/u);
  });

  test('does not go on to another server', async () => {
    here.answer = { status: 308, headers: { location: `http://127.0.0.1:${there.port}/stolen` } };
    await expect(send()).rejects.toMatchObject({ kind: 'invalid-input', message: expect.stringContaining(`127.0.0.1:${there.port}`) });
    expect(there.requests).toEqual([]);
  });
});
