import type { ServiceProgram } from './service-place.ts';
import { ownMark } from './systemd-unit.ts';

/** Name of the service in launchd. */
export const launchdLabel = 'org.daybreak.host';

export interface PlistOptions {
  readonly program: ServiceProgram;
  /** Null: the usual one. */
  readonly dataFolder: string | null;
  /** Where what it says goes, absolute. */
  readonly logFile: string;
}

/** The property list of the service for launchd.plist(5). */
export function launchdPlist({ program: { node, bundle }, dataFolder, logFile }: PlistOptions): string {
  const words = [node, bundle, 'serve', '--service'].map((word) => `    <string>${escaped(word)}</string>`).join('\n');
  const home = dataFolder === null ? '' : `\n    <key>DAYBREAK_HOME</key>\n    <string>${escaped(dataFolder)}</string>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${ownMark} The next install writes it anew, uninstall removes it. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchdLabel}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>/opt/homebrew/bin:/usr/local/bin:/opt/local/bin:/usr/bin:/bin:/usr/sbin:/sbin</string>${home}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <!-- Again after a crash, not after a clean end. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- Time for rsyncs to end in order. -->
  <key>ExitTimeOut</key>
  <integer>90</integer>
  <key>StandardOutPath</key>
  <string>${escaped(logFile)}</string>
  <key>StandardErrorPath</key>
  <string>${escaped(logFile)}</string>
</dict>
</plist>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
