import path from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { secretFile } from '../core/notify/secret-file.ts';
import type { SecretStore } from '../core/ports.ts';
import type { ElectronSurface } from './surface.ts';

/**
 * Secrets encrypted by the system's password store (Keychain, GNOME Keyring, KWallet), in a file with mode 0600 in
 * `dataFolder`. Where the system has none, nothing is kept: Electron would encrypt with a password that everybody knows.
 */
export function desktopSecrets({ safeStorage }: Pick<ElectronSurface, 'safeStorage'>, platform: NodeJS.Platform, dataFolder: string): SecretStore {
  const file = secretFile(path.join(dataFolder, 'secrets-desktop.json'));

  async function whyNot(): Promise<string | null> {
    const backend = platform === 'linux' ? safeStorage.getSelectedStorageBackend() : null;
    if (backend === 'basic_text' || backend === 'unknown') return 'This desktop has no password store (GNOME Keyring or KWallet) that is unlocked, so that a password would lie open in a file.';
    return (await safeStorage.isAsyncEncryptionAvailable()) ? null : 'The password store of this system cannot be used.';
  }

  async function refuseUnsafe(): Promise<void> {
    const reason = await whyNot();
    if (reason === null) return;
    throw new AppError({
      kind: 'permission', message: `The password cannot be kept: ${reason}`,
      hint: 'Set up a password store and start Daybreak again, or use a mail server that asks for no password.',
    });
  }

  return {
    async get(name) {
      const kept = file.read(name);
      if (kept === null) return null;
      await refuseUnsafe();
      try {
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(kept, 'base64'));
        if (shouldReEncrypt) await file.write(name, (await safeStorage.encryptStringAsync(result)).toString('base64'));
        return result;
      } catch {
        // What the store says of it may be a part of the secret.
        throw new AppError({ kind: 'permission', message: 'The password that was kept cannot be decrypted.', hint: 'The password store of this system was changed or is locked: unlock it, or enter the password again.' });
      }
    },
    async set(name, secret) {
      if (secret === null) return file.write(name, null);
      await refuseUnsafe();
      await file.write(name, (await safeStorage.encryptStringAsync(secret)).toString('base64'));
    },
    whyNot,
  };
}
