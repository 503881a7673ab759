import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A start link is for now, not for whoever finds it in a log tomorrow. */
const CODE_LIFE_MS = 60 * 60_000;

/** Unused links and let-in browsers at once; beyond, the oldest end. */
const MOST_CODES = 20;
const MOST_SESSIONS = 50;

/** Who has been let in. Everything is forgotten when the process ends. */
export interface Access {
  /** A new one-time code for a start link. */
  newCode(): string;
  /** The secret for the cookie of a browser that shows a good code, which is used up by that; null for any other. */
  redeem(code: string): string | null;
  isSession(secret: string): boolean;
}

/** `now`: ms since the epoch. */
export function createAccess(now: () => number): Access {
  // Only digests are kept, all of one length: comparing them tells nothing by the time it takes.
  let codes: readonly { readonly digest: Buffer; readonly madeAt: number }[] = [];
  let sessions: readonly Buffer[] = [];
  return {
    newCode() {
      const code = randomSecret();
      codes = [...codes, { digest: digestOf(code), madeAt: now() }].slice(-MOST_CODES);
      return code;
    },
    redeem(code) {
      const digest = digestOf(code);
      const fresh = codes.filter(({ madeAt }) => now() - madeAt < CODE_LIFE_MS);
      const found = fresh.filter((each) => timingSafeEqual(each.digest, digest));
      codes = fresh.filter((each) => !found.includes(each));
      if (found.length === 0) return null;
      const secret = randomSecret();
      sessions = [...sessions, digestOf(secret)].slice(-MOST_SESSIONS);
      return secret;
    },
    isSession(secret) {
      const digest = digestOf(secret);
      return sessions.filter((session) => timingSafeEqual(session, digest)).length > 0;
    },
  };
}

/** 256 random bits, safe in a URL and in a cookie. */
function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
