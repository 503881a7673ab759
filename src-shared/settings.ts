import { z } from 'zod';

/** What a person sets once for all jobs. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Which ends of runs are told by a notification of the desktop. */
  notifications: z.enum(['all', 'problems', 'none']).default('all'),
  /** Closing the window leaves the app in the tray; null: only where a tray is sure to exist. */
  closeToTray: z.boolean().nullable().default(null),
  /** The desktop app starts with the session, in the tray. */
  launchAtLogin: z.boolean().default(false),
});
export type Settings = z.infer<typeof Settings>;
