import { createHash } from 'node:crypto';
import { base } from '../../src-main/core/calls/base.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Job } from '../../src-shared/job.ts';
import { NotifySettings, type OutboxEntry } from '../../src-shared/notify.ts';
import type { ChainedReceipt, Receipt } from '../../src-shared/receipt.ts';
import type { HistoryDouble } from './app-double-history.ts';
import { projects, shareOf } from './app-double-names.ts';

const minute = 60_000;
const hashOf = (number: number): string => createHash('sha256').update(`receipt ${number}`).digest('hex');

/** Made-up receipts of the rows of a history. */
export function receiptDouble(jobs: ReadonlyMap<string, Job>, history: HistoryDouble) {
  function receiptOf(id: number): ChainedReceipt {
    const row = history.row(id);
    if (!row || row.endedAt === null) throw new AppError({ kind: 'not-found', message: `Run ${id} has no receipt.`, hint: 'Receipts are written when a run ends.' });
    const isBad = row.state === 'failed' || row.state === 'warned';
    const receipt: Receipt = {
      version: 1, run: id, trigger: row.trigger, state: row.state, startedAt: row.startedAt, endedAt: row.endedAt, totals: row.totals, notices: row.notices, limitedBy: row.limitedBy, error: row.error,
      job: { id: row.jobId, name: row.jobName, source: row.source, destination: row.destination, options: jobs.get(row.jobId)?.options ?? {} },
      host: { name: 'studio', user: 'anna', isRoot: false, daybreak: '0.1.0' },
      rsync: { version: row.rsyncVersion, argv: ['rsync', '--archive', '--hard-links', '--numeric-ids', '--partial-dir=.daybreak-partial', '--info=progress2,stats2', '--timeout=600', '--', `${row.source}/./`, `${row.destination}/`] },
      folders: projects.map((folder, place) => ({
        folder, state: isBad && place === 4 ? 'failed' : isBad && place === 7 ? 'not-reached' : 'done', entries: Math.round(shareOf(place, 8) ** 2 * 400_000) + 200, bytes: shareOf(place, 9) * 9e11,
        created: Math.round(shareOf(place, id) * 300), rewritten: place === 9 ? null : Math.round(shareOf(place, id + 1) * 40), deleted: 0, failed: isBad && place === 4 ? 3 : 0, durationMs: shareOf(place, 7) * 40 * minute,
      })),
      unprotected: isBad
        ? [{ name: 'epsilon', reason: '3 files could not be read (permission denied)' }, { name: 'lambda', reason: 'its turn did not come before the window ended at 06:00' }]
        : [],
      failures: isBad ? [
        { name: 'epsilon/raw/shot 0007/take 03.mov', reason: 'permission denied', isNew: true }, { name: 'epsilon/raw/shot 0007/take 04.mov', reason: 'permission denied', isNew: true },
        { name: 'epsilon/exports/lock.db', reason: 'it changed while it was read', isNew: false },
      ] : [],
    };
    return { receipt, number: id, hash: hashOf(id), previous: hashOf(id - 1) };
  }
  return {
    get: base.receipts.get.handler(({ input }) => receiptOf(input.run)),
    html: base.receipts.html.handler(({ input }) => ({ html: `<!doctype html><title>Run ${input.run}</title><p>${receiptOf(input.run).receipt.state}</p>` })),
    verify: base.receipts.verify.handler(() => ({ receipts: history.nextId() - 1, problem: null })),
  };
}

/** Made-up ways to tell people; nothing is sent. */
export function notifyDouble(now: () => number) {
  let settings = NotifySettings.parse({
    mail: { enabled: true, host: 'mail.studio.example', user: 'daybreak@studio.example', from: 'daybreak@studio.example', to: ['anna@studio.example', 'ben@studio.example'] },
    webhooks: [
      { id: 'hook-1', form: 'slack', url: 'https://hooks.slack.example/services/T024BE7LD/B0G9QFMT5/x9fQ2vN7pRk3' },
      { id: 'hook-2', form: 'pings', url: 'https://checks.example/ping/5b1e6c0e-9a2d-4f6b', enabled: false },
    ],
  });
  let hasMailPassword = true;
  const outbox: OutboxEntry[] = [
    { id: 4, channel: 'hook-1', title: 'Archive: 3 files could not be read', createdAt: now() - 4 * minute, tries: 2, sentAt: null, nextTryAt: now() + 6 * minute, error: 'hooks.slack.example answered 503' },
    { id: 3, channel: 'mail', title: 'Archive: 3 files could not be read', createdAt: now() - 4 * minute, tries: 1, sentAt: now() - 3 * minute, nextTryAt: null, error: null },
    { id: 2, channel: 'mail', title: 'Production is good again', createdAt: now() - 900 * minute, tries: 1, sentAt: now() - 899 * minute, nextTryAt: null, error: null },
    { id: 1, channel: 'mail', title: 'Production: no good run for 26 hours', createdAt: now() - 2000 * minute, tries: 8, sentAt: null, nextTryAt: null, error: '535 5.7.8 Authentication failed' },
  ];
  return {
    get: base.notify.get.handler(() => ({ settings, hasMailPassword, whyNoSecrets: null })),
    set: base.notify.set.handler(({ input }) => {
      settings = input.settings;
      if (input.mailPassword !== undefined) hasMailPassword = input.mailPassword !== null;
      return {};
    }),
    test: base.notify.test.handler(({ input: { channel } }) => {
      if (channel.kind === 'mail' && channel.mail.port === 25) {
        throw new AppError({ kind: 'auth', message: `${channel.mail.host} did not take the message: 535 5.7.8 Authentication failed`, hint: 'Check the user and the password.' });
      }
      return { words: channel.kind === 'mail' ? `250 2.0.0 Ok: queued as 4QX1 for ${channel.mail.to.join(', ')}` : '200 ok' };
    }),
    outbox: base.notify.outbox.handler(() => outbox),
  };
}
