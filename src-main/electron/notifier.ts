import type { LiveRuns } from '../core/live/live-runs.ts';
import type { Notifications } from '../core/notify/notifications.ts';
import type { Settings } from '../../src-shared/settings.ts';
import { toAppError } from '../../src-shared/errors.ts';
import { endNotice, newsNotice, questionNotice, type NoticeText } from './run-notices.ts';
import type { ElectronSurface, NotificationSurface } from './surface.ts';
import { inSentences } from './words.ts';

export interface NotifierParts {
  readonly electron: Pick<ElectronSurface, 'Notification'>;
  readonly live: Pick<LiveRuns, 'list' | 'subscribe' | 'onEnded'>;
  readonly notify: Pick<Notifications, 'verdictOf' | 'onNews'>;
  readonly icon: string;
  readonly settings: () => Settings;
  /** Opens the window there ('#/...'). */
  readonly open: (hash: string) => void;
}

/** Notifications of the desktop. */
export interface Notifier {
  /** Tells that something asked for outside of the window could not be done. */
  tellError(title: string, thrown: unknown): void;
}

/**
 * Tells when a run ends or waits for an answer, and what else there is to know of a job, as the settings and the job ask for.
 * A click opens the window on that run.
 */
export function createNotifier({ electron: { Notification }, live, notify, icon, settings, open }: NotifierParts): Notifier {
  // One that nobody holds is collected, and its click is lost.
  const shown = new Set<NotificationSurface>();
  const asked = new Set<string>();

  function tell(text: NoticeText | null, hash: string): void {
    if (text === null || !Notification.isSupported()) return;
    const notification = new Notification({ ...text, icon });
    shown.add(notification);
    notification.on('close', () => void shown.delete(notification));
    notification.on('click', () => {
      shown.delete(notification);
      open(hash);
    });
    notification.show();
  }

  live.onEnded((run) => {
    asked.delete(run.key);
    // Whoever starts a run by hand wants to know how it ends.
    tell(endNotice(run, settings().notifications, notify.verdictOf(run.jobId, run.run, run.trigger === 'manual')), runHash(run.key));
  });
  notify.onNews((message) => tell(newsNotice(message, settings().notifications), '#/'));
  live.subscribe(() => {
    for (const run of live.list()) {
      if (run.question === null || asked.has(run.key)) continue;
      asked.add(run.key);
      tell(questionNotice(run, settings().notifications), runHash(run.key));
    }
  });
  return {
    tellError(title, thrown) {
      const { message, hint } = toAppError(thrown);
      tell({ title, body: inSentences([message, hint]) }, '#/');
    },
  };
}

/** As src-renderer/shell/route.ts reads it. */
function runHash(key: string): string {
  return `#/runs/${encodeURIComponent(key)}`;
}
