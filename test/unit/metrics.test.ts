import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobMetrics, readFigures } from '../../src-main/core/metrics/job-metrics.ts';
import { metricsText, metricsType } from '../../src-main/core/metrics/metrics-text.ts';
import { openStore, type Store } from '../../src-main/core/store/open-store.ts';
import { judgePage, type GuardState, type RequestFacts } from '../../src-main/headless/guard.ts';
import { readMetricsToken, tokenCheck } from '../../src-main/headless/metrics-token.ts';
import { startHeadless, type MetricsSource } from '../../src-main/headless/server.ts';
import { JobOptions } from '../../src-shared/job.ts';
import type { JobSummary } from '../../src-shared/run-view.ts';
import { endedRun, runEnd, startRun, temporaryFolder } from '../fixtures/databases/samples.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(() => {
  temporary = temporaryFolder();
  store = openStore(join(temporary.path, 'data'));
});
afterEach(() => {
  store.close();
  temporary.remove();
});

function summaryOf(name: string): JobSummary {
  const job = store.jobs.create({ name, source: '/s', destination: `/d/${name}`, options: JobOptions.parse({}) }, 1);
  return { job, lastRun: null, protectedUntil: null, recent: [], nextRunAt: null, forecast: null, alarms: 0 };
}

function textOf(summaries: readonly JobSummary[]): string {
  const whole = summaries.map((summary) => ({ ...summary, ...store.history.summary(summary.job.id) }));
  return metricsText(jobMetrics('1.2.3', readFigures(store, whole)));
}

describe('metrics', () => {
  it('tell of each job what its last run did', () => {
    const job = { ...summaryOf('nightly'), nextRunAt: 90_000 };
    const { id } = job.job;
    const run = endedRun(store, id);
    store.protection.put(run, [{ folder: 'a', state: 'warned', entries: 1, bytes: 1, created: 0, rewritten: null, deleted: 0, failed: 2, durationMs: 1 }]);
    const of = (name: string, value: number) => `daybreak_job_${name}{job="nightly",id="${id}"} ${value}`;
    expect(textOf([job]).split('\n')).toEqual(expect.arrayContaining([
      'daybreak_build_info{version="1.2.3"} 1',
      of('protected_until_timestamp_seconds', 1), of('last_success_timestamp_seconds', 2), of('last_run_timestamp_seconds', 1), of('last_run_duration_seconds', 1),
      of('last_run_entries', 5), of('last_run_bytes', 50), of('last_run_copied_files', 4), of('last_run_copied_bytes', 40), of('last_run_failures', 2),
      of('held_entries', 0), of('next_run_timestamp_seconds', 90), of('running', 0),
      `daybreak_job_last_run_state{job="nightly",id="${id}",state="succeeded"} 1`, `daybreak_job_last_run_state{job="nightly",id="${id}",state="failed"} 0`,
    ]));
    store.runs.end(startRun(store, id), runEnd({ state: 'skipped' }));
    expect(textOf([job])).toContain(of('last_run_failures', 2));
    startRun(store, id);
    expect(textOf([job])).toContain(of('running', 1));
  });

  it('leave out what a job does not have yet', () => {
    const text = textOf([summaryOf('new')]);
    expect(text.split('\n').filter((line) => line.includes('job="new"'))).toEqual([expect.stringMatching(/^daybreak_job_running\{.*\} 0$/u)]);
  });

  it('have the form that collectors read, whatever a job is named', () => {
    const text = textOf([summaryOf('a "b" \\ c\nd')]);
    expect(text).toContain('job="a \\"b\\" \\\\ c\\nd"');
    expect(text.endsWith('\n')).toBe(true);
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# HELP [a-z_]+ \S.*|# TYPE [a-z_]+ gauge|[a-z_]+\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\} -?[\d.e+]+)$/u);
    }
  });

  it('are those that docs/metrics.md names, in its table and in its alerts', () => {
    const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const made = jobMetrics('1', []).map(({ name }) => name).sort();
    const named = (text: string) => [...new Set(Array.from(text.matchAll(/\bdaybreak_[a-z_]+/gu), ([name]) => name))].sort();
    expect(named(page.split('## Alerts')[0] ?? '')).toEqual(made);
    const alerts = named(page.split('## Alerts')[1] ?? '');
    expect(alerts.length).toBeGreaterThan(5);
    expect(alerts.filter((name) => !made.includes(name))).toEqual([]);
  });
});

describe('a request for metrics', () => {
  const asked: RequestFacts = { method: 'GET', target: '/metrics', host: '127.0.0.1:4321', origin: undefined, cookie: undefined };
  const isSession = (secret: string) => secret === 'good';
  const off: GuardState = { port: 4321, isSession };
  const open: GuardState = { ...off, metrics: { isToken: null } };
  const guarded: GuardState = { ...off, metrics: { isToken: (secret) => secret === 'token' } };

  it.each<[string, GuardState, Partial<RequestFacts>]>([
    ['open to this machine', open, {}],
    ['by its other name', open, { host: 'localhost:4321' }],
    ['HEAD', open, { method: 'HEAD' }],
    ['with a query', open, { target: '/metrics?x=1' }],
    ['the token', guarded, { authorization: 'Bearer token' }],
    ['the scheme in other letters', guarded, { authorization: 'bearer token' }],
    ['a browser that was let in', guarded, { cookie: 'daybreak-4321=good' }],
  ])('is answered: %s', (_what, state, facts) => {
    expect(judgePage({ ...asked, ...facts }, state)).toEqual({ kind: 'metrics' });
  });

  it.each<[string, GuardState, Partial<RequestFacts>, number]>([
    ['switched off', off, {}, 401],
    ['switched off, by a browser that was let in', off, { cookie: 'daybreak-4321=good' }, 404],
    ['a name that leads here', open, { host: 'evil.example:4321' }, 421],
    ['a name that leads here, with the token', guarded, { host: 'evil.example:4321', authorization: 'Bearer token' }, 421],
    ['no token', guarded, {}, 401],
    ['a wrong token', guarded, { authorization: 'Bearer tokens' }, 401],
    ['an empty token', guarded, { authorization: 'Bearer ' }, 401],
    ['the token in another scheme', guarded, { authorization: 'Basic token' }, 401],
    ['two tokens', guarded, { authorization: 'Bearer token token' }, 401],
    ['POST', open, { method: 'POST' }, 405],
    ['another path', open, { target: '/metrics/' }, 401],
  ])('is refused: %s', (_what, state, facts, status) => {
    expect(judgePage({ ...asked, ...facts }, state)).toMatchObject({ kind: 'refuse', status });
  });
});

describe('the token of metrics', () => {
  const write = (text: string, mode = 0o640) => {
    const file = join(temporary.path, 'token');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  it('is what the file holds, and nothing else', async () => {
    const isToken = tokenCheck(await readMetricsToken(write(`${'t'.repeat(32)}\n`)));
    expect(['t'.repeat(32), 't'.repeat(31), `${'t'.repeat(32)}\n`, ''].map(isToken)).toEqual([true, false, false, false]);
  });

  it.each([['short', 'abc', 0o600, 'invalid-input'], ['with spaces', 'a b'.repeat(20), 0o600, 'invalid-input'], ['open to all', 't'.repeat(32), 0o644, 'permission']])(
    'is refused: %s', async (_what, text, mode, kind) => {
      await expect(readMetricsToken(write(text, mode))).rejects.toMatchObject({ kind });
    },
  );

  it('is refused where there is none', async () => {
    await expect(readMetricsToken(join(temporary.path, 'nowhere'))).rejects.toMatchObject({ kind: 'permission' });
  });
});

describe('the headless host', () => {
  async function ask(metrics: MetricsSource | undefined, headers: Record<string, string> = {}) {
    const host = await startHeadless({ router: {}, pageFolder: temporary.path, port: 0, now: () => 0, metrics });
    try {
      return await new Promise<{ status: number | undefined; type: string | undefined; body: string }>((resolve, reject) => {
        request({ host: '127.0.0.1', port: host.port, path: '/metrics', headers, agent: false }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text: string) => { body += text; });
          response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], body }));
        }).on('error', reject).end();
      });
    } finally {
      await host.close();
    }
  }

  it('answers with them only when they are on, and only with the token where there is one', async () => {
    const read = () => textOf([summaryOf('nightly')]);
    expect(await ask(undefined)).toMatchObject({ status: 401 });
    expect(await ask({ read, isToken: null })).toMatchObject({ status: 200, type: metricsType, body: expect.stringContaining('daybreak_job_running{job="nightly"') as string });
    const isToken = tokenCheck('t'.repeat(32));
    const refused = await ask({ read, isToken }, { authorization: 'Bearer wrong' });
    expect(refused.status).toBe(401);
    expect(refused.body).not.toContain('nightly');
    expect(await ask({ read: () => 'told', isToken }, { authorization: `Bearer ${'t'.repeat(32)}` })).toMatchObject({ status: 200, body: 'told' });
  });
});
