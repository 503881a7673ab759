import type { Advice, RunWork, Verdict } from '../../../src-shared/diagnosis.ts';
import type { RunMeters } from '../../../src-shared/run-meters.ts';
import { durationText } from '../safety/words.ts';
import { cpuRules } from './cpu-rules.ts';
import { diskRules } from './disk-rules.ts';
import { amount, percent, type Finding } from './finding.ts';
import { pictureOf, type Picture } from './picture.ts';
import { serverRules } from './server-rules.ts';
import { shapeRules } from './shape-rules.ts';

/** A run that is over so soon needs no advice, ms. */
const quickMs = 3000;
/** A live run is judged once so much of it was seen, ms. */
const leastSeenMs = 3000;
/** A cause that explains less of the time than this does not stand out. */
const standsOut = 0.3;
/** Where lanes do not tell what they wait for, nothing is sure. */
const withoutLanes = 0.6;

/**
 * What limited a run, or with `work` null what limits it now; null before that can be told. Pure: each family of rules gives
 * causes with the share of the run's time that each explains; the largest share is the verdict, its lead the confidence.
 */
export function judge(meters: RunMeters, work: RunWork | null): Verdict | null {
  if (work !== null && work.durationMs < quickMs) return quick(work);
  const picture = pictureOf(meters, work);
  if (picture === null || (work === null && picture.copyMs < leastSeenMs)) return null;
  const findings = [cpuRules, serverRules, diskRules, shapeRules].flatMap((rules) => rules(picture)).sort((one, other) => other.score - one.score);
  const [first, second] = findings;
  if (!first || first.score < standsOut) return nothing(picture, first);
  return {
    cause: first.cause, confidence: confidence(picture, first, second), title: first.title,
    evidence: first.evidence.map((text) => ({ text })), advice: sorted(first.advise()),
  };
}

/** The verdict in one sentence, for a line of the history: "Latency of /data/prod: CPU 9 % busy." */
export function sentenceOf({ title, evidence }: Verdict): string {
  const facts = evidence.slice(0, 3).map(({ text }) => text).join(', ');
  return facts === '' ? `${title}.` : `${title}: ${facts}.`;
}

/** One piece of advice with its gain: "More workers: 8 -> 24, about 2.6 times as fast". */
export function adviceLine({ text, gain }: Advice): string {
  return gain === null || gain <= 1.05 ? text : `${text}: about ${amount(gain)} times as fast`;
}

function quick(work: RunWork): Verdict {
  return { cause: 'nothing', confidence: 0.9, title: 'Nothing', evidence: [{ text: `it was done in ${amount(work.durationMs / 1000)} s` }], advice: [] };
}

function nothing({ cpuBusy, busy, poolSize, work }: Picture, next: Finding | undefined): Verdict {
  return {
    cause: 'nothing', confidence: 0.5, title: 'Nothing stands out',
    evidence: [
      `CPU ${percent(cpuBusy)} busy`, `${amount(busy)} of ${Math.round(poolSize)} workers busy`,
      ...(next ? [`the most that one cause explains is ${percent(next.score)} of the time`] : []),
      ...(work ? [`it took ${durationText(work.durationMs)}`] : []),
    ].map((text) => ({ text })),
    advice: [],
  };
}

/** How much more of the time the first cause explains than the next one, and how much of it is known at all. */
function confidence({ shares, known }: Picture, first: Finding, second: Finding | undefined): number {
  const lead = first.score <= 0 ? 0 : 1 - (second?.score ?? 0) / first.score;
  const sight = shares === null ? withoutLanes : 0.7 + 0.3 * known;
  return Math.round(100 * Math.min(0.99, Math.max(0.1, (0.4 + 0.6 * lead) * sight))) / 100;
}

/** Best first; what is not known comes after what helps, and what does not help last. */
function sorted(advice: readonly Advice[]): Advice[] {
  const order = ({ gain }: Advice): number => gain ?? 1.04;
  return advice.toSorted((one, other) => order(other) - order(one))
    .map(({ gain, ...rest }) => ({ ...rest, gain: gain === null ? null : Math.round(Math.max(1, gain) * 100) / 100 }));
}
