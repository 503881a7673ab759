import { chmodSync, linkSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom } from './random.ts';

/** One step of making a tree; steps run in order, a few hundred per turn of the event loop. */
type Step = () => void;

/** Names made per turn, so that Ctrl-C is heard while the tree grows. */
const STEPS_PER_TURN = 200;

/** The seven project folders of a small production server. */
export const projects = ['alpha', 'beta', 'gamma', 'delta', 'kappa', 'sigma', 'omega'] as const;

/**
 * Makes a sample production tree in `root` (which must not exist): about 24,000 entries, 160 MB. The folders are uneven on
 * purpose: alpha holds many small files, beta one flat folder, gamma a deep chain, delta few larger files, kappa many tiny
 * folders, sigma hard links and symlinks, omega a mix. Names, contents, modes and times are the same every time.
 * `share` makes it smaller. Throws what node:fs throws, and the reason of `stop`.
 */
export async function makeSampleTree(root: string, stop: AbortSignal, share = 1): Promise<void> {
  let count = 0;
  for (const step of sampleSteps(root, share)) {
    step();
    count += 1;
    if (count % STEPS_PER_TURN === 0) {
      await nextTurn();
      stop.throwIfAborted();
    }
  }
}

function* sampleSteps(root: string, share: number): Generator<Step> {
  const maker = createMaker(root);
  const some = (count: number): number => Math.max(1, Math.round(count * share));
  yield* maker.folder('');
  for (const project of projects) yield* maker.folder(project);

  for (let shot = 0; shot < some(80); shot++) {
    for (let version = 0; version < 4; version++) {
      const folder = `alpha/shots/shot-${pad(shot, 3)}/v${pad(version, 2)}`;
      for (let file = 0; file < 30; file++) yield* maker.file(`${folder}/element.${pad(file, 4)}.json`, maker.smallSize());
    }
  }
  for (let frame = 0; frame < some(4000); frame++) yield* maker.file(`beta/cache/frame.${pad(frame, 5)}.bin`, maker.smallSize());
  let chain = 'gamma';
  for (let level = 0; level < 30; level++) {
    chain += `/level-${pad(level, 2)}`;
    for (let file = 0; file < 15; file++) yield* maker.file(`${chain}/notes ${file}.txt`, maker.smallSize());
  }
  for (let film = 0; film < 8; film++) yield* maker.file(`delta/films/reel-${film}.mov`, some(4_000_000 + 900_000 * film));
  for (let file = 0; file < 40; file++) yield* maker.file(`delta/edit/cut-${pad(file, 2)}.xml`, 20_000);
  for (let asset = 0; asset < some(400); asset++) {
    for (let file = 0; file < 8; file++) yield* maker.file(`kappa/assets/a${pad(asset, 3)}/part-${file}.obj`, maker.smallSize());
  }
  yield* sigma(maker, some);
  for (let file = 0; file < some(2000); file++) {
    yield* maker.file(`omega/review/day-${pad(file % 12, 2)}/still-${pad(file, 4)}.jpg`, maker.smallSize());
  }
  for (const name of ['master-a.mov', 'master-b.mov']) yield* maker.file(`omega/${name}`, some(12_000_000));
  for (const name of ['README.txt', 'budget 2026.ods', 'Größe.txt', '#old-list', '-render-notes.txt', 'it\'s "quoted".txt']) {
    yield* maker.file(name, 3000);
  }
  yield* maker.folderTimes();
}

/** Yesterday's state kept by hard links, as many teams do, and links to what is current. */
function* sigma(maker: Maker, some: (count: number) => number): Generator<Step> {
  for (let file = 0; file < some(1500); file++) {
    const name = `set-${pad(file % 25, 2)}/grade-${pad(file, 4)}.cube`;
    yield* maker.file(`sigma/today/${name}`, maker.smallSize());
    if (file % 5 !== 0) yield* maker.hardLink(`sigma/yesterday/${name}`, `sigma/today/${name}`);
  }
  for (let shot = 0; shot < some(60); shot++) {
    yield* maker.symlink(`sigma/current/shot-${pad(shot, 3)}`, `../../alpha/shots/shot-${pad(shot, 3)}/v03`);
  }
  yield* maker.symlink('sigma/current/gone', '../nowhere');
}

type Maker = ReturnType<typeof createMaker>;

function createMaker(root: string) {
  const random = createRandom(7);
  const content = randomBytes(1 << 20, random);
  const made = new Set<string>();
  let serial = 0;
  /** Whole seconds from 2025 on, so that every file system can keep them. */
  const moment = (): number => 1_740_000_000 + Math.floor(random() * 30_000_000);

  function* folder(name: string): Generator<Step> {
    if (made.has(name)) return;
    made.add(name);
    if (name.includes('/')) yield* folder(name.slice(0, name.lastIndexOf('/')));
    yield () => mkdirSync(join(root, name));
  }
  const parent = (name: string): Generator<Step> => folder(name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '');

  return {
    folder,
    /** From 200 bytes to 16 kB, small ones more often. */
    smallSize: (): number => Math.floor(200 * 80 ** random()),
    *file(name: string, bytes: number): Generator<Step> {
      yield* parent(name);
      const path = join(root, name);
      const time = moment();
      const mode = random() < 0.1 ? 0o600 : random() < 0.1 ? 0o755 : 0o644;
      serial += 1;
      const number = serial;
      yield () => {
        writeFileSync(path, slices(content, number, bytes));
        chmodSync(path, mode);
        utimesSync(path, time, time);
      };
    },
    *hardLink(name: string, existing: string): Generator<Step> {
      yield* parent(name);
      yield () => linkSync(join(root, existing), join(root, name));
    },
    *symlink(name: string, target: string): Generator<Step> {
      yield* parent(name);
      const time = moment();
      yield () => {
        symlinkSync(target, join(root, name));
        lutimesSync(join(root, name), time, time);
      };
    },
    /** Last, children before parents: making a name inside a folder changes its time. */
    *folderTimes(): Generator<Step> {
      for (const name of [...made].reverse()) {
        const time = moment();
        yield () => utimesSync(join(root, name), time, time);
      }
    },
  };
}

function pad(number: number, digits: number): string {
  return number.toString().padStart(digits, '0');
}

function randomBytes(length: number, random: () => number): Buffer {
  const words = new Uint32Array(length / 4);
  for (let index = 0; index < words.length; index++) words[index] = random() * 2 ** 32;
  return Buffer.from(words.buffer);
}

/** `bytes` bytes that no other `serial` has, cut from the random `content`. */
function slices(content: Buffer, serial: number, bytes: number): Buffer {
  const result = Buffer.allocUnsafe(bytes);
  let filled = result.write(`sample ${serial}\n`, 'latin1');
  let start = (serial * 7919) % (content.length / 2);
  while (filled < bytes) {
    filled += content.copy(result, filled, start);
    start = 0;
  }
  return result;
}
