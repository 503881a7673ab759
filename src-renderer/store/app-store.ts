import { create } from 'zustand';
import { noService, type FaceFacts, type FeedFrame, type ServiceState } from '../../src-shared/app-state.ts';
import type { JobSummary, LiveRun } from '../../src-shared/run-view.ts';
import type { SchedulerState } from '../../src-shared/schedule.ts';
import type { Settings } from '../../src-shared/settings.ts';

/** `refused`: the host is there, but does not let this page in. */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused';

interface AppStore {
  readonly connection: Connection;
  /** Of the newest frame; 0 before the first. */
  readonly revision: number;
  readonly face: FaceFacts | null;
  readonly settings: Settings | null;
  readonly jobs: readonly JobSummary[];
  readonly live: readonly LiveRun[];
  readonly scheduler: SchedulerState | null;
  readonly historyVersion: number;
  readonly service: ServiceState;
  readonly setConnection: (connection: Connection) => void;
  /** A new feed: its first frame holds everything, and another host may count from the start. */
  readonly begin: () => void;
  readonly take: (frame: FeedFrame) => void;
}

/** What the host last told of its state. Components select the smallest part they show. */
export const useAppStore = create<AppStore>()((set, get) => ({
  connection: 'connecting',
  revision: 0,
  face: null,
  settings: null,
  jobs: [],
  live: [],
  scheduler: null,
  historyVersion: 0,
  service: noService,
  setConnection: (connection) => set({ connection }),
  begin: () => set({ revision: 0 }),
  take: (frame) => {
    // Parts that did not change are not in a frame at all.
    if (frame.revision > get().revision) set(frame as Partial<AppStore>);
  },
}));
