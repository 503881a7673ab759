import { expect, it } from 'vitest';
import { createTray, type TrayParts } from '../../src-main/electron/tray.ts';
import { trayView } from '../../src-main/electron/tray-view.ts';
import { MenuDouble } from '../doubles/electron-desktop.ts';

it('the tray pauses all schedules for an hour or until tomorrow, and offers to go on while they rest', () => {
  let pausedUntil: number | null = null;
  let menu = new MenuDouble([]);
  const chosen: unknown[] = [];
  const electron = {
    Menu: { buildFromTemplate: (template: never[]) => new MenuDouble(template) },
    Tray: class {
      on(): void { /* Not clicked. */ }
      setToolTip(): void { /* Not looked at. */ }
      setContextMenu(made: MenuDouble): void { menu = made; }
    },
  } as unknown as TrayParts['electron'];
  const tray = createTray({
    electron, platform: 'linux', icons: '/icons', backUp: () => undefined, open: () => undefined, quit: () => undefined,
    pauseAll: (choice) => chosen.push(choice),
    view: () => trayView({ jobs: [], live: [], scheduler: { owner: 'this', pausedUntil, asks: [] } }, false),
  });
  menu.click(['Pause all schedules', 'For 1 hour']);
  menu.click(['Pause all schedules', 'Until tomorrow']);
  expect(() => menu.click(['Resume schedules'])).toThrow('to click');
  pausedUntil = 5;
  tray.update();
  menu.click(['Resume schedules']);
  expect(chosen).toEqual(['hour', 'tomorrow', null]);
});
