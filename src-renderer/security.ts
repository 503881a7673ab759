import { setNonce } from 'get-nonce';
import { z } from 'zod';

// First of all imports: the page's policy refuses code made from text, and styles without the nonce of this response.
z.config({ jitless: true });

/** The nonce of this response, for the styles that are made at run time. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);
