import { describe, expect, test } from 'vitest';
import { readPasted } from '../../src-shared/paste/read-pasted.ts';
import { seededRandom } from '../fixtures/random.ts';

function found(text: string) {
  const pasted = readPasted(text);
  if (pasted.kind === 'nothing') throw new Error(pasted.why);
  return pasted;
}

describe('shell lines', () => {
  test.each([
    ['rsync -arq /data/prod/ /data/prod_backup', '/data/prod', '/data/prod_backup', {}],
    ['rsync -a /data/prod /mnt/backup', '/data/prod', '/mnt/backup/prod', {}],
    ['sudo nice -n 19 /usr/bin/rsync -zavh --delete "/data/my prod/" \'/mnt/b c\' >> /var/log/x.log 2>&1', '/data/my prod', '/mnt/b c', { compress: true, mirror: true }],
    ['0 22 * * * root rsync -aHAX --exclude="*.tmp" --exclude /scratch/ --bwlimit=50MB /a/ /b/', '/a', '/b', { further: ['acls', 'xattrs'], excludes: ['*.tmp', '/scratch/'], bandwidthLimit: 50_000_000 }],
    ['rsync -ab --backup-dir=/old \\\n  --max-delete=100 -c \\\n --delete-after /a/ /b', '/a', '/b', { backup: true, backupDir: '/old', deleteLimit: { kind: 'count', limit: 100 }, checksum: true, mirror: true }],
  ])('%s', (text, source, destination, options) => {
    expect(found(text)).toMatchObject({ source, destination, options });
  });

  test('every option is accounted for', () => {
    const { kept, changed, dropped } = found('rsync -rvz --progress -e ssh --strange --log-file=/x /a/ /b && echo done');
    expect(kept).toContain('compression (slower on mounted shares)');
    expect(changed.map(({ text }) => text)).toEqual(['no -a', 'no -H']);
    expect(dropped.map(({ text }) => text)).toEqual(['--verbose', '--progress', '--rsh ssh', '--strange', '--log-file /x', '&& echo done']);
  });

  test.each([
    ['', 'nothing to read'], ['cp -a /a /b', 'no rsync'], ['rsync -a /a', 'not both'], ['rsync -a /a/ nas:/b', 'another machine'],
    ['rsync -a $SRC/ /b', 'variable'], ['rsync -a a/ /b', 'relative'], ['x'.repeat(200_000), 'too long'],
  ])('%.30s is nothing', (text, why) => {
    expect(readPasted(text)).toMatchObject({ kind: 'nothing', why: expect.stringContaining(why) });
  });
});

describe('Python scripts', () => {
  test('of the shape of dailysync.py', () => {
    const script = '#!/usr/bin/env python3\nimport subprocess\nsrc = "/data/prod/"\ndest = "/data/prod_backup/"\n\nsubprocess.call(["rsync", "-arq", src, dest])\n';
    expect(found(script)).toMatchObject({ source: '/data/prod', destination: '/data/prod_backup' });
  });

  test('of the shape of multisync.py: a pool over the folders of a root', () => {
    const script = [
      'from multiprocessing import Pool', 'import subprocess, os', 'root = "/data/prod"', 'backup = "/data/prod_backup"',
      'def run(folder):', '    src = os.path.join(root, folder)', '    subprocess.call(["rsync", "-zavh", src, backup])', '',
      'folders = ["alpha", "beta"]', 'with Pool(len(folders)) as p:', '    p.map(run, folders)',
    ].join('\n');
    const pasted = found(script);
    expect(pasted).toMatchObject({ source: '/data/prod', destination: '/data/prod_backup', options: { compress: true } });
    expect(pasted.changed.at(-1)).toMatchObject({ text: 'Pool' });
  });

  test('with a command as a text', () => {
    expect(found('import os\na = "/x"\nos.system(f"rsync -a --delete {a}/ /y/")')).toMatchObject({ source: '/x', destination: '/y', options: { mirror: true } });
  });

  test('whose paths nobody can tell without running it', () => {
    expect(readPasted('import subprocess, sys\nsubprocess.call(["rsync", "-a", sys.argv[1], "/b"])')).toMatchObject({ kind: 'nothing' });
  });
});

test('no text makes it fail', () => {
  const random = seededRandom(5);
  const pieces = ['rsync', ' ', '-a', '--delete', '"', "'", '\\', '\n', '/a', '/b/', '$x', 'import os', '[', ']', '(', ')', '=', '--', '-', '{', '}', '--bwlimit', '1e99', 'Pool(', '.map(', '\0', 'é', '&&', '--constructor', '--__proto__=1'];
  for (let turn = 0; turn < 3000; turn++) {
    const text = Array.from({ length: random.int(1, 25) }, () => random.pick(pieces)).join(random.chance(0.5) ? ' ' : '');
    expect(['found', 'nothing']).toContain(readPasted(text).kind);
  }
});
