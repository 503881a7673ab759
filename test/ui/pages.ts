import type { Locator, Page } from 'playwright-core';

/** What a new job is to be like; the rest stays as it is offered. */
export interface JobChoices {
  readonly name: string;
  readonly source: string;
  /** Its parent has to be there; it is made by "New folder". */
  readonly newDestination?: string;
  readonly destination?: string;
  readonly mirror?: boolean;
  readonly limitMbPerSecond?: string;
}

/** The interface as a person uses it: by what can be seen and read. */
export interface Interface {
  heading(name: string | RegExp): Locator;
  button(name: string | RegExp): Locator;
  /** An entry of the side bar. */
  goTo(entry: 'Overview' | 'New job' | 'History' | 'Lab' | 'Settings'): Promise<void>;
  /** Fills the steps of a new job that runs by hand, and stands on the last. */
  fillJob(choices: JobChoices): Promise<void>;
  /** The share that is done of the run on the page, as its bar tells it: 0 to 100. */
  percentDone(): Promise<number>;
  /** What a canvas shows. */
  pictureOf(canvas: Locator): Promise<string>;
  /** Waits until the run on the page says that it ended like this. */
  ended(word: string): Promise<void>;
  /** A row of the history by what it says. */
  historyRow(text: string): Locator;
}

/** The interface on a page. */
export function interfaceOn(page: Page): Interface {
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
  async function type(field: string, path: string): Promise<void> {
    await page.getByRole('textbox', { name: field }).fill(path);
    await page.keyboard.press('Enter');
  }
  async function makeFolder(path: string): Promise<void> {
    const parent = path.slice(0, path.lastIndexOf('/'));
    await type('Destination folder', `${parent}/x`);
    await button('Browse').click();
    await button('New folder').click();
    await page.getByRole('textbox', { name: `Name of the new folder in ${parent}` }).fill(path.slice(parent.length + 1));
    await button('Create folder').click();
    await button(/^Choose “/u).click();
  }
  return {
    heading: (name) => page.getByRole('heading', { level: 1, name }),
    button,
    async goTo(entry) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: entry }).click();
    },
    async fillJob({ name, source, newDestination, destination, mirror = false, limitMbPerSecond }) {
      await type('Source folder', source);
      await page.getByRole('region', { name: 'Folders found' }).waitFor();
      await button('Continue').click();
      if (newDestination === undefined) await type('Destination folder', destination ?? '');
      else await makeFolder(newDestination);
      await page.getByRole('region', { name: 'Checks' }).waitFor();
      await button('Continue').click();
      if (mirror) await page.getByRole('radio', { name: 'Delete it in the backup too (mirror)' }).check();
      if (limitMbPerSecond !== undefined) {
        await page.getByRole('switch', { name: 'Limit the bandwidth' }).check({ force: true });
        await page.getByRole('textbox', { name: 'Bandwidth limit in MB/s' }).fill(limitMbPerSecond);
      }
      await button('Continue').click();
      await page.getByRole('radiogroup', { name: 'It starts by itself' }).waitFor();
      await button('Continue').click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
    },
    percentDone: async () => Number(await page.getByRole('progressbar', { name: 'Progress of the run' }).getAttribute('aria-valuenow')),
    pictureOf: (canvas) => canvas.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL()),
    async ended(word) {
      await page.getByRole('status').getByText(word, { exact: true }).waitFor();
    },
    historyRow: (text) => page.getByRole('table', { name: 'Runs' }).getByRole('row').filter({ hasText: text }),
  };
}
