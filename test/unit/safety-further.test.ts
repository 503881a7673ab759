import { describe, expect, it } from 'vitest';
import { judgeFurther } from '../../src-main/core/safety/further.ts';
import { FurtherOption } from '../../src-shared/job.ts';

const able = { hardLinks: true, acls: true, xattrs: true, symlinkTimes: true, stopAt: true, preallocation: true, checksums: [], compressions: [] };
const rsync = { program: '/usr/bin/rsync', version: '3.2.7', abilities: able };

describe('further options on the rsync of this machine', () => {
  it('pass where it has all of them', () => {
    expect(judgeFurther(FurtherOption.options, rsync)).toEqual([]);
  });

  it.each([
    ['acls', { ...rsync, abilities: { ...able, acls: false } }, /cannot keep ACLs/u],
    ['xattrs', { ...rsync, abilities: { ...able, xattrs: false } }, /cannot keep extended attributes/u],
    ['fsync', { ...rsync, version: '3.2.3' }, /^\/usr\/bin\/rsync is rsync 3\.2\.3 and cannot .*--fsync/u],
  ] as const)('%s is refused by name where it is missing, and only when asked for', (option, lacking, message) => {
    expect(judgeFurther(FurtherOption.options, lacking)).toMatchObject([{ kind: 'rsync-unsupported', message: expect.stringMatching(message) }]);
    expect(judgeFurther([option, option], lacking)).toHaveLength(1);
    expect(judgeFurther(FurtherOption.options.filter((each) => each !== option), lacking)).toEqual([]);
  });
});
