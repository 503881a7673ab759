import type { ContractRouterClient } from '@orpc/contract';
import { desktopCalls, feedCalls, machineCalls, placeCalls, settingsCalls } from './machine.ts';
import { jobCalls } from './jobs.ts';
import { labCalls } from './lab.ts';
import { historyCalls, runCalls } from './runs.ts';
import { serviceCalls } from './service.ts';
import { notifyCalls, protectionCalls, receiptCalls, scheduleCalls, trashCalls } from './trust.ts';

/** Every call and stream the interface may use: the same over Electron's IPC and over a WebSocket. */
export const contract = {
  feed: feedCalls,
  jobs: jobCalls,
  runs: runCalls,
  history: historyCalls,
  lab: labCalls,
  schedule: scheduleCalls,
  protection: protectionCalls,
  trash: trashCalls,
  receipts: receiptCalls,
  notify: notifyCalls,
  places: placeCalls,
  machine: machineCalls,
  settings: settingsCalls,
  service: serviceCalls,
  desktop: desktopCalls,
};
export type Contract = typeof contract;

/** The contract as those who call it see it. */
export type Calls = ContractRouterClient<Contract>;
