import { AppError } from '../../../src-shared/errors.ts';
import type { ServiceProgram } from './service-place.ts';

/** The first line of every file that `daybreak service install` writes: others are never overwritten or removed. */
export const ownMark = 'Written by daybreak service install.';

/** The group whose members may look at the system service and start its jobs. */
export const serviceGroup = 'daybreak';

const header = `# ${ownMark} The next install writes it anew, uninstall removes it.
# Changes of your own belong into a drop-in: systemctl edit daybreak
`;

/** Lines that both units have. */
const common = `# Up as soon as the program runs; a missing Node or bundle fails the start.
Type=exec
# A crash: again after 5 s. What it was doing is in the history as interrupted, and the next run finishes it.
Restart=on-failure
RestartSec=5
# TERM goes to Daybreak alone, which cancels its rsyncs in order; what is left after the time limit is killed.
KillMode=mixed
TimeoutStopSec=90
# An rsync that the kernel ends for want of memory is one failed unit, not the end of all.
OOMPolicy=continue
StandardOutput=journal
StandardError=journal
SyslogIdentifier=daybreak
# No program that it starts gets more rights than it has.
NoNewPrivileges=yes
# Not needed for copying files, so not allowed.
LockPersonality=yes
RestrictRealtime=yes
RestrictNamespaces=yes
SystemCallArchitectures=native
`;

/**
 * The unit of the system service, which runs as root so that owners are kept. It has no view of the files of its own: a
 * backup has to see, and a restore to write, any path. Throws `AppError` invalid-input for a path systemd cannot take.
 */
export function systemUnit(program: ServiceProgram): string {
  return `${header}[Unit]
Description=Daybreak backups
# Shares should be there; a job whose source or destination is missing is told, and made up for.
Wants=network-online.target
After=network-online.target remote-fs.target time-sync.target

[Service]
ExecStart=${commandOf(program)}
# History, jobs and secrets, for root alone.
Environment=${quoted('DAYBREAK_HOME=/var/lib/daybreak')}
StateDirectory=daybreak
StateDirectoryMode=0700
# The folder of the socket. Who is in the group may look at the service and start its jobs; nobody else gets in.
RuntimeDirectory=daybreak
RuntimeDirectoryMode=0750
ExecStartPre=/bin/chgrp ${serviceGroup} /run/daybreak
${common}# Of root's rights only those that files need: owners, any mode, devices, file capabilities.
# trusted.* attributes need CAP_SYS_ADMIN as well: add it in a drop-in if your backups hold any.
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_MKNOD CAP_SETFCAP
# The page on 127.0.0.1, sockets of this machine, and mail and webhooks.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallFilter=~@clock @cpu-emulation @module @mount @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
# Off on purpose: any of these would hide paths from a backup, or keep a restore from writing them. They would also give
# the service mounts of its own, in which a share that is mounted or lost later may look different.
ProtectSystem=no
ProtectHome=no
PrivateTmp=no
PrivateDevices=no

[Install]
WantedBy=multi-user.target
`;
}

/** The unit of one user's own host. `dataFolder`: null for the usual one. Throws as `systemUnit` does. */
export function userUnit(program: ServiceProgram, dataFolder: string | null): string {
  return `${header}[Unit]
Description=Daybreak backups of this user

[Service]
ExecStart=${commandOf(program)}
${dataFolder === null ? '' : `Environment=${quoted(`DAYBREAK_HOME=${dataFolder}`)}\n`}${common}
[Install]
WantedBy=default.target
`;
}

function commandOf({ node, bundle }: ServiceProgram): string {
  // In words after the first, `$` would name a variable (systemd.service(5), COMMAND LINES).
  return `${quoted(node)} ${quoted(bundle).replaceAll('$', '$$$$')} serve --service`;
}

/** One word as systemd.syntax(7) and systemd.unit(5), SPECIFIERS, read it. */
function quoted(word: string): string {
  if (/[\u0000-\u001f\u007f]/u.test(word)) {
    throw new AppError({ kind: 'invalid-input', message: `${JSON.stringify(word)} cannot stand in a unit of systemd.`, hint: 'Install Daybreak into a folder without control characters.' });
  }
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}
