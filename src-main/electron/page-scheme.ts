import { randomBytes } from 'node:crypto';
import { pageFileName, pageHeaders, readPageFile } from '../core/page/page-files.ts';
import type { ElectronSurface } from './surface.ts';

const scheme = 'daybreak';
const host = 'app';

/** Where the interface is: a scheme of our own, so that no file and no server is a page of the app. */
export const pageUrl = `${scheme}://${host}/`;

/** Whether an address lies in the app. */
export function isOurs(url: string): boolean {
  return url === pageUrl || url.startsWith(pageUrl);
}

/** Has to come before the app is ready. */
export function registerPageScheme({ protocol }: Pick<ElectronSurface, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
}

/** Answers requests of the window from `folder`, the built page. */
export function servePage({ protocol }: Pick<ElectronSurface, 'protocol'>, folder: string): void {
  protocol.handle(scheme, async (request) => {
    const nonce = randomBytes(16).toString('base64');
    const answer = (status: number, body: string | Buffer<ArrayBuffer>, type: string, more: Readonly<Record<string, string>> = {}): Response =>
      new Response(body, { status, headers: { ...pageHeaders(nonce), 'Content-Type': type, ...more } });
    const refuse = (status: number, reason: string, more?: Readonly<Record<string, string>>): Response =>
      answer(status, reason, 'text/plain; charset=utf-8', more);

    if (request.method !== 'GET') return refuse(405, 'The page is only read.', { Allow: 'GET' });
    const url = new URL(request.url);
    const name = url.host === host ? pageFileName(url.pathname) : null;
    const file = name === null ? null : await readPageFile(folder, name, nonce);
    return file === null ? refuse(404, 'There is nothing at this address.') : answer(200, file.body as string | Buffer<ArrayBuffer>, file.type);
  });
}
