import type { App } from '../app.ts';
import { base } from './base.ts';

/** The calls for settings. `changed` is told after a change. */
export function settingsCalls(app: App, changed: () => void) {
  return {
    get: base.settings.get.handler(() => app.settings()),
    set: base.settings.set.handler(({ input }) => {
      const settings = app.setSettings(input);
      changed();
      return settings;
    }),
  };
}
