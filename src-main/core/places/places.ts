import { AppError } from '../../../src-shared/errors.ts';
import type { JobOptions } from '../../../src-shared/job.ts';
import type { PathFacts } from '../../../src-shared/passport.ts';
import type { FolderListing, PlaceCheck, SplitPreview, Volume } from '../../../src-shared/place.ts';
import type { Ports } from '../ports.ts';
import { startScout, type ScoutClient } from '../run/scout-client.ts';
import { preflight } from '../safety/preflight.ts';
import type { Store } from '../store/open-store.ts';
import { acceptPlaces } from './accept.ts';
import { previewSplit } from './preview.ts';

/** A path that has not answered for so long is said to hang, ms. */
const answerMs = 8000;
/** A scout that nobody asked for so long is let go, ms. */
const idleMs = 30_000;

export interface CheckRequest {
  readonly source: string | null;
  readonly destination: string | null;
  readonly options: JobOptions;
  readonly jobId: string | null;
}

/** Places of this machine, read by a scout. All throw `AppError`: timeout for a path that hangs. */
export interface Places {
  volumes(): Promise<Volume[]>;
  list(path: string): Promise<FolderListing>;
  makeFolder(parent: string, name: string): Promise<string>;
  check(request: CheckRequest): Promise<PlaceCheck>;
  /** Takes what is mounted at both ends of a job now for the job's own. Throws where one of them is not there. */
  accept(jobId: string): Promise<void>;
  preview(source: string, excludes: readonly string[], stop: AbortSignal | undefined): AsyncGenerator<SplitPreview, void>;
  close(): void;
}

/** Places as the scouts of `ports` see them. */
export function createPlaces({ ports, store }: { readonly ports: Ports; readonly store: () => Store }): Places {
  let scout: ScoutClient | null = null;
  let timer: NodeJS.Timeout | undefined;

  function drop(): void {
    clearTimeout(timer);
    scout?.close();
    scout = null;
  }

  async function withScout<Result>(ask: (scout: ScoutClient) => Promise<Result>): Promise<Result> {
    clearTimeout(timer);
    scout ??= startScout(ports.workerHost);
    const asked = scout;
    try {
      return await ask(asked);
    } catch (thrown) {
      // One that hangs or is gone must not be asked again.
      if (thrown instanceof AppError && (thrown.kind === 'timeout' || thrown.kind === 'worker-lost') && scout === asked) drop();
      throw thrown;
    } finally {
      clearTimeout(timer);
      timer = setTimeout(drop, idleMs);
      timer.unref();
    }
  }

  const look = (path: string): Promise<PathFacts> =>
    withScout(async (each) => ({ ...(await each.ask({ op: 'look', path }, { path, answerMs })), path }));

  return {
    volumes: () => withScout(async (each) => (await each.ask({ op: 'volumes' }, { path: 'A mount of this machine', answerMs })).volumes),
    list: (path) => withScout((each) => each.ask({ op: 'list-folders', path }, { path, answerMs })),
    async makeFolder(parent, name) {
      const path = `${parent === '/' ? '' : parent}/${name}`;
      await withScout((each) => each.ask({ op: 'make-folder', path }, { path, answerMs }));
      return path;
    },
    async check({ source, destination, options, jobId }) {
      const { backup, backupDir } = options;
      const [from, to, kept] = await Promise.all([
        source === null ? null : look(source), destination === null ? null : look(destination),
        backup && backupDir !== null ? look(backupDir) : null,
      ]);
      if (!from || !to) return { source: from, destination: to, problems: from ? sourceAlone(from) : [], notices: [], adopts: false, asksFirst: false };
      const opened = store();
      const job = jobId === null ? null : opened.jobs.find(jobId);
      const known = job?.id ?? null;
      // Of another place the job knows nothing yet.
      const isUnmoved = job?.source === source && job?.destination === destination;
      const { problems, notices } = preflight({
        source: from, destination: to, backupDir: kept, options, dryRun: false, acceptNewMounts: false, isRoot: process.getuid?.() === 0,
        lastPassports: known === null || !isUnmoved ? null : opened.learned.passports(known),
        otherDestinations: known === null ? [] : opened.runs.otherDestinations(known),
      });
      const isFilled = to.kind === 'folder' && !to.isEmpty;
      return {
        source: from, destination: to, problems: [...problems], notices: [...notices],
        adopts: isFilled, asksFirst: isFilled && options.mirror && !opened.runs.filledByUs(to.path),
      };
    },
    accept: (jobId) => acceptPlaces({ store: store(), look, now: () => ports.clock.now() }, jobId),
    preview: (source, excludes, stop) => previewSplit(ports.workerHost, source, excludes, stop),
    close: drop,
  };
}

/** What can be said of a source before there is a destination. */
function sourceAlone({ path, kind, readable, isEmpty }: PathFacts): PlaceCheck['problems'] {
  if (kind === 'missing') return [{ kind: 'source-missing', message: `The source ${path} is not there`, hint: 'Mount its disk or share, or choose another folder.' }];
  if (kind !== 'folder') return [{ kind: 'invalid-input', message: `The source ${path} is not a folder`, hint: 'Choose the folder it lies in.' }];
  if (!readable) return [{ kind: 'permission', message: `The source ${path} cannot be read`, hint: 'Run Daybreak as a user who may read it.' }];
  if (isEmpty) return [{ kind: 'source-empty', message: `The source ${path} is empty`, hint: 'Is its disk or share mounted?' }];
  return [];
}
