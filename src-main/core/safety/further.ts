import type { ErrorData } from '../../../src-shared/errors.ts';
import type { FurtherOption } from '../../../src-shared/job.ts';
import { isOlder, type RsyncProgram } from '../rsync/probe.ts';

/** First rsync with `--fsync` (NEWS for 3.2.4, 2022). */
const fsyncVersion = '3.2.4';

/** One problem for each of these options that the rsync of this machine lacks. */
export function judgeFurther(further: readonly FurtherOption[], rsync: Pick<RsyncProgram, 'program' | 'version' | 'abilities'>): ErrorData[] {
  return [...new Set(further)].flatMap((option) => {
    const lack = lackOf(option, rsync);
    return lack === null ? [] : [{
      kind: 'rsync-unsupported' as const,
      message: `${rsync.program} is rsync ${rsync.version} and cannot ${lack.what}`,
      hint: `${lack.hint} Or switch this option off.`,
    }];
  });
}

function lackOf(option: FurtherOption, { version, abilities }: Pick<RsyncProgram, 'version' | 'abilities'>): { what: string; hint: string } | null {
  const otherBuild = 'Install an rsync that was built with them; those of most distributions are.';
  switch (option) {
    case 'acls': return abilities.acls ? null : { what: 'keep ACLs: it was built without them', hint: otherBuild };
    case 'xattrs': return abilities.xattrs ? null : { what: 'keep extended attributes: it was built without them', hint: otherBuild };
    case 'fsync': return isOlder(version, fsyncVersion) ? { what: 'write each file out to the disk (--fsync)', hint: `Install rsync ${fsyncVersion} or newer.` } : null;
    case 'sparse': case 'numeric-ids': case 'modify-window-1': return null;
  }
}
