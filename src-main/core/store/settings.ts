import type { DatabaseSync } from 'node:sqlite';
import { Settings } from '../../../src-shared/settings.ts';
import { fromJson } from './database.ts';

/** What a person set once for all jobs. */
export interface SettingsStore {
  get(): Settings;
  set(settings: Settings): void;
}

const name = 'settings';

/** The settings in `database`; defaults where nothing was set. */
export function settingsStore(database: DatabaseSync): SettingsStore {
  const get = database.prepare('SELECT value FROM settings WHERE name = ?');
  const set = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  return {
    get() {
      const row = get.get(name);
      return row === undefined ? Settings.parse({}) : fromJson(Settings, String(row['value']), 'the settings');
    },
    set(settings) {
      set.run(name, JSON.stringify(settings));
    },
  };
}
