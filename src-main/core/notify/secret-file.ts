// eslint-disable-next-line typescript/triple-slash-reference -- the package has no types, and whichever project takes this file needs them
/// <reference path="./write-file-atomic.d.ts" />
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { SecretStore } from '../ports.ts';
import { shellWord } from '../store/store-error.ts';

const Secrets = z.record(z.string(), z.string());

/** A file for its owner alone, with a text for each name. Throws `AppError` permission where others may read or write it, or data-damaged. */
export interface SecretFile {
  read(name: string): string | null;
  write(name: string, text: string | null): Promise<void>;
  /** Throws as `read` does. */
  check(): void;
}

/** The file at `path` (absolute), made by the first write; its folder must be there. */
export function secretFile(path: string): SecretFile {
  function check(): boolean {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    const isOwn = stat.uid === process.getuid?.();
    if (stat.isFile() && isOwn && (stat.mode & 0o077) === 0) return true;
    throw new AppError({
      kind: 'permission', message: `${path} holds passwords, and ${isOwn ? 'others may open it' : 'belongs to somebody else'}.`,
      hint: `Look who could read it, then: chmod 600 ${shellWord(path)} (as its owner), and change the passwords in it.`,
    });
  }

  function all(): Record<string, string> {
    if (!check()) return {};
    try {
      return Secrets.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      // What was read stays out of the error: it may be a part of a password.
      throw new AppError({ kind: 'data-damaged', message: `${path} cannot be read: it is not what Daybreak wrote.`, hint: 'Move it aside and enter the passwords again.' });
    }
  }

  return {
    read: (name) => all()[name] ?? null,
    async write(name, text) {
      // Loaded here: no backup is to wait for it.
      const { default: writeFileAtomic } = await import('write-file-atomic');
      const { [name]: _replaced, ...others } = all();
      const next = text === null ? others : { ...others, [name]: text };
      await writeFileAtomic(path, `${JSON.stringify(next)}\n`, { mode: 0o600 });
    },
    check: () => void check(),
  };
}

/**
 * Secrets of a host without a desktop: a systemd credential of that name where `credentials` (absolute,
 * $CREDENTIALS_DIRECTORY) has one, which is only read; else a file with mode 0600 in the data folder.
 */
export function fileSecrets(dataFolder: string, credentials: string | undefined): SecretStore {
  const file = secretFile(join(dataFolder, 'secrets.json'));
  const credential = (name: string): string | null => {
    const path = credentials?.startsWith('/') ? join(credentials, name) : null;
    return path !== null && statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null;
  };
  return {
    get(name) {
      const path = credential(name);
      return Promise.try(() => (path === null ? file.read(name) : readFileSync(path, 'utf8').replace(/\r?\n$/u, '')));
    },
    async set(name, secret) {
      if (credential(name) !== null) {
        throw new AppError({ kind: 'permission', message: `${name} is a credential of the system service.`, hint: 'Change it where the service is defined (LoadCredential=), and start the service again.' });
      }
      await file.write(name, secret);
    },
    whyNot() {
      return Promise.try(() => {
        file.check();
        return null;
      }).catch((thrown: unknown) => toAppError(thrown).message);
    },
  };
}
