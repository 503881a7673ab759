import { z } from 'zod';

/** When people are told about the runs of a job. */
export const JobNotify = z.object({
  /** `always`: every run. `problems`: a run that was not good, and the first good one after it. */
  on: z.enum(['always', 'problems', 'never']).default('problems'),
  /** Tell when no good run ended for so many hours; null: don't watch. */
  silentHours: z.int().min(1).max(24 * 60).nullable().default(null),
});
export type JobNotify = z.infer<typeof JobNotify>;

/** Where mail goes out. The password is kept apart, as a secret. */
export const MailSettings = z.object({
  enabled: z.boolean().default(false),
  host: z.string().trim().max(253).default(''),
  port: z.int().min(1).max(65_535).default(587),
  /** `starttls`: refused where the server does not offer it. `none`: only for a server on this machine. */
  security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  user: z.string().max(320).default(''),
  from: z.string().trim().max(320).default(''),
  to: z.array(z.string().trim().min(3).max(320)).max(20).default([]),
});
export type MailSettings = z.infer<typeof MailSettings>;

/** A web address that is told. Addresses may carry a token, so that they are shown shortened. */
export const Webhook = z.object({
  id: z.string().min(1).max(100),
  enabled: z.boolean().default(true),
  /** What is sent: our own JSON, the form of a chat service, or pings for start, success and failure. */
  form: z.enum(['json', 'slack', 'teams', 'ntfy', 'pings']),
  url: z.url({ protocol: /^https?$/u }).max(2000),
});
export type Webhook = z.infer<typeof Webhook>;

/** Ways to tell people beside the desktop's own notifications. */
export const NotifySettings = z.object({
  mail: MailSettings.prefault({}),
  webhooks: z.array(Webhook).max(20).default([]),
  /** Messages of so many minutes go out together. */
  digestMinutes: z.int().min(0).max(24 * 60).default(5),
});
export type NotifySettings = z.infer<typeof NotifySettings>;

/** A message on its way out, or the last ones that went. Times in ms since the epoch. */
export const OutboxEntry = z.object({
  id: z.int(),
  /** `mail`, or the id of a webhook. */
  channel: z.string(),
  title: z.string(),
  createdAt: z.number(),
  tries: z.int(),
  sentAt: z.number().nullable(),
  /** When it is tried next; null where it was sent or given up. */
  nextTryAt: z.number().nullable(),
  error: z.string().nullable(),
});
export type OutboxEntry = z.infer<typeof OutboxEntry>;
