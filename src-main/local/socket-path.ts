import path from 'node:path';

/** The socket of the host that has this data folder open. */
export function hostSocket(dataFolder: string): string {
  return path.join(dataFolder, 'host.sock');
}

/** Data folder of the system service. */
export function serviceDataFolder(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? '/var/db/daybreak' : '/var/lib/daybreak';
}

/** The socket that the system service shares with the group `daybreak`; DAYBREAK_SERVICE_SOCKET names another one. */
export function serviceSocket(env: Readonly<Record<string, string | undefined>>): string {
  return env['DAYBREAK_SERVICE_SOCKET'] ?? '/run/daybreak/host.sock';
}
