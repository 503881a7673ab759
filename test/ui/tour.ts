import { appendFileSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { ServingHost } from './host.ts';
import { interfaceOn } from './pages.ts';

/** A script of the shape many admins have; it is only read. */
const script = `import subprocess

src = "/data/prod/"
dest = "/data/prod_backup/"
subprocess.call(["rsync", "-arq", "--delete", "--exclude=*.tmp", "--progress", src, dest])
`;

export interface TourParts {
  readonly page: Page;
  /** Serves the page; stopped at the end of the tour, so that the page tells of it. */
  readonly host: ServingHost;
  /** Folder of the host's data: the sample tree is made in it. */
  readonly home: string;
  /** Called on every screen, once it shows what it is for. */
  readonly look: (screen: string) => Promise<void>;
}

/** A time of day in so many hours, as it is typed: far enough for no schedule to be due meanwhile. */
function timeIn(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toTimeString().slice(0, 5);
}

/** Every screen of the interface with the demo's data, dialogs included, in the order a new user meets them. */
export async function tour({ page, host, home, look }: TourParts): Promise<void> {
  const ui = interfaceOn(page);
  const steps = page.getByRole('navigation', { name: 'Steps' });
  const sample = join(home, 'sample');
  await page.goto(host.link);
  await ui.heading('Backups that finish before morning').waitFor();
  await page.getByRole('list', { name: 'What this machine offers' }).waitFor();
  await look('welcome');

  await page.getByRole('link', { name: 'Paste an rsync command or script' }).click();
  await page.getByRole('textbox', { name: 'Command or script' }).fill(script);
  await page.getByRole('region', { name: 'Dropped' }).waitFor();
  await look('paste');
  await ui.button('Cancel').click();

  await ui.goTo('Overview');
  await ui.button('Try it with sample data').click();
  await ui.ended('Succeeded');
  await page.getByRole('img', { name: /^Timeline: .* [1-9]\d* units ended/u }).waitFor();
  await look('run-ended');
  await page.getByRole('region', { name: 'Units' }).getByRole('row').nth(1).getByRole('button').click();
  await page.getByRole('dialog').getByText(/ files copied$/u).waitFor();
  await look('unit-log');
  await page.keyboard.press('Escape');

  await ui.goTo('New job');
  await page.getByRole('listbox', { name: /^Source/u }).getByRole('option').first().waitFor();
  await look('job-browse');
  mkdirSync(join(home, 'nas'));
  await ui.fillJob({ name: 'Nightly mirror', source: join(sample, 'production'), destination: join(home, 'nas'), mirror: true, limitMbPerSecond: '2' });
  await look('job-start');
  await steps.getByRole('button', { name: /^Source/u }).click();
  await page.getByRole('region', { name: 'Folders found' }).getByRole('row', { name: /^sigma/u }).waitFor();
  await look('job-source');
  await steps.getByRole('button', { name: /^Destination/u }).click();
  await page.getByRole('region', { name: 'Checks' }).waitFor();
  await look('job-destination');
  await steps.getByRole('button', { name: /^How/u }).click();
  await page.getByRole('switch', { name: 'Limit the bandwidth' }).waitFor();
  await page.getByRole('switch', { name: 'Keep deleted and replaced files in a trash' }).check({ force: true });
  await look('job-how');
  await steps.getByRole('button', { name: /^When/u }).click();
  await page.getByText('Daily', { exact: true }).click();
  await page.getByLabel('At', { exact: true }).fill(timeIn(12));
  await page.getByRole('switch', { name: 'Be done by a time' }).check({ force: true });
  await page.getByLabel('Done by', { exact: true }).fill(timeIn(20));
  await page.getByRole('region', { name: /^The next five times/u }).getByRole('listitem').nth(4).waitFor();
  await look('job-when');
  await steps.getByRole('button', { name: /^Name and start/u }).click();
  await ui.button('Save and see what would change').click();
  await ui.ended('Succeeded');
  await page.getByLabel('Names that would change').waitFor();
  await look('what-would-change');

  await ui.goTo('Overview');
  await ui.button('Back up now: Nightly mirror').click();
  await page.getByText(/[1-9]\d* of \d+ workers busy/u).waitFor();
  await page.getByRole('region', { name: 'Units' }).getByText('Done').first().waitFor();
  await page.getByRole('img', { name: /^CPU\. /u }).waitFor();
  await look('run-live');
  await ui.goTo('Overview');
  await ui.heading('1 backup running').waitFor();
  await page.getByRole('region', { name: 'This machine' }).getByText(/^\d+ %$/u).waitFor();
  await page.getByRole('region', { name: 'This machine' }).locator('path').first().waitFor();
  await look('overview-running');
  await page.getByRole('link', { name: 'Watch' }).click();
  // However long the dialog is looked at, there is a run to cancel.
  await ui.button('Pause').click();
  await ui.button('Resume').waitFor();
  await ui.button('Cancel').click();
  await ui.button('Cancel the run').waitFor();
  await look('cancel-dialog');
  await ui.button('Cancel the run').click();
  await ui.ended('Cancelled');

  await ui.goTo('Overview');
  await page.getByRole('link', { name: 'Nightly mirror' }).click();
  await steps.getByRole('button', { name: /^How/u }).click();
  await page.getByRole('switch', { name: 'Limit the bandwidth' }).uncheck({ force: true });
  await ui.button('Save').click();
  await ui.button('Back up now: Nightly mirror').click();
  await ui.ended('Succeeded');
  rmSync(join(sample, 'production', 'omega'), { recursive: true });
  // What is overwritten goes to the trash.
  const [changed = ''] = globSync('sigma/**/*.*', { cwd: join(sample, 'production') });
  appendFileSync(join(sample, 'production', changed), 'once more');
  await ui.goTo('Overview');
  await ui.button('Back up now: Nightly mirror').click();
  await ui.ended('Deletions held');
  await ui.button('Look at them').click();
  await page.getByLabel(/^Names held/u).waitFor();
  await look('held');
  await ui.button(/^Approve: remove these/u).click();
  await ui.button(/^Remove \d/u).waitFor();
  await look('approve-dialog');
  await ui.button('Cancel').click();

  await ui.goTo('Overview');
  await ui.heading('Deletions wait for your approval').waitFor();
  await look('overview-held');
  await ui.button(/by folder: Nightly mirror$/u).click();
  await page.getByRole('table', { name: 'Folders, the oldest first' }).waitFor();
  await look('protection');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await ui.button('Pause all').click();
  await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
  await page.getByText(/^All schedules rest until/u).waitFor();
  await ui.button('Resume schedules').click();
  await ui.button('Pause all').waitFor();
  await ui.button('More for Nightly mirror').click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).waitFor();
  await look('job-menu');
  await page.getByRole('menuitem', { name: /^Delete/u }).click();
  await ui.button('Delete the job').waitFor();
  await look('delete-dialog');
  await page.keyboard.press('Escape');

  await ui.goTo('Overview');
  await ui.button('More for Nightly mirror').click();
  await page.getByRole('menuitem', { name: /^Trash/u }).click();
  await page.getByRole('checkbox', { name: 'Choose sigma' }).check();
  await look('trash');
  await ui.button('Restore to a folder').click();
  await page.getByRole('textbox', { name: 'Into this folder' }).fill(join(home, 'restored'));
  await page.keyboard.press('Enter');
  await ui.button('Restore 1 name').click();
  await page.getByText(/^[1-9]\d* restored/u).waitFor();
  await look('trash-restored');
  await page.keyboard.press('Escape');

  await ui.goTo('History');
  await ui.historyRow('Succeeded').first().waitFor();
  await look('history');
  await page.getByRole('checkbox').nth(0).check();
  await page.getByRole('checkbox').nth(1).check();
  await ui.button(/^Compare \d/u).click();
  await page.getByRole('region', { name: 'Differences' }).waitFor();
  await look('compare');
  await ui.goTo('History');
  await ui.historyRow('Cancelled').getByRole('link').first().click();
  await page.getByRole('img', { name: /^Timeline: /u }).waitFor();
  await page.getByRole('img', { name: /^CPU\. /u }).waitFor();
  await look('run-past');
  await ui.goTo('History');
  await ui.historyRow('Succeeded').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Receipt' }).click();
  await page.getByRole('heading', { name: 'What the job leaves out' }).waitFor();
  await look('receipt');

  await ui.goTo('Overview');
  await ui.button('More for Nightly mirror').click();
  await page.getByRole('menuitem', { name: 'What would make it faster?' }).click();
  await ui.button('Sample and time').click();
  await page.getByRole('textbox', { name: 'Rounds' }).fill('2');
  await page.getByRole('textbox', { name: 'Minutes at most' }).fill('1');
  await look('lab-start');
  await ui.button('Measure').click();
  await page.getByText(/ · (?:[4-9]|\d\d) of \d+ measurements$/u).waitFor({ timeout: 60_000 });
  await look('lab-live');
  await page.getByRole('region', { name: 'Result' }).waitFor({ timeout: 120_000 });
  await look('lab');

  await ui.goTo('Settings');
  await page.getByText('Nothing leaves this machine').waitFor();
  await page.getByRole('list', { name: 'What this machine offers' }).waitFor();
  await page.getByRole('region', { name: 'Mail' }).waitFor();
  await ui.button('Check all receipts').click();
  await page.getByText(/as (?:it was|they were) written/u).waitFor();
  await look('settings');

  await host.stop();
  await page.getByText('Connection to Daybreak lost').waitFor();
  await look('disconnected');
}
