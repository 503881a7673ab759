/** What stands in index.html where each response puts its nonce. */
const PLACEHOLDER = '__CSP_NONCE__';

/**
 * The Content-Security-Policy of the page, the same in the desktop and in a browser. Only style elements that carry the
 * nonce of this response are applied, and no script but our own files runs.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'",
  ].join('; ');
}

/** index.html with the nonce of one response in it. */
export function withNonce(html: string, nonce: string): string {
  return html.replaceAll(PLACEHOLDER, nonce);
}
