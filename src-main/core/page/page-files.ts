import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pagePolicy, withNonce } from './page-policy.ts';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly body: string | Buffer;
  /** For Content-Type. */
  readonly type: string;
}

/** What a build of the page consists of. A file of another kind is not served: nothing is left to a browser's guess. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * The name below the page's folder that a URL's path asks for; null for all that a build never makes. Nothing is
 * decoded, so that no spelling of `..` leads out: a name has letters, digits, `_`, `-` and single inner dots only.
 */
export function pageFileName(pathname: string): string | null {
  if (pathname === '/') return 'index.html';
  const name = /^\/((?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)+)$/u.exec(pathname)?.[1];
  return name !== undefined && path.posix.extname(name) in types ? name : null;
}

/** Reads a file of the page (a name as `pageFileName` gives it); null where there is none. HTML gets the nonce. */
export async function readPageFile(folder: string, name: string, nonce: string): Promise<PageFile | null> {
  const type = types[path.posix.extname(name)];
  if (type === undefined) return null;
  try {
    const body = await readFile(path.join(folder, name));
    return { body: name.endsWith('.html') ? withNonce(body.toString('utf8'), nonce) : body, type };
  } catch {
    return null;
  }
}

/** The headers every answer of the page carries. */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': pagePolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
