import type { Advice, Verdict } from '../../../src-shared/diagnosis.ts';
import type { JobOptions, OptionChange } from '../../../src-shared/job.ts';
import { formatRate } from '../../format.ts';

/** How sure a verdict is. */
export function confidenceWords(confidence: Verdict['confidence']): string {
  if (confidence >= 0.8) return 'clear';
  return confidence >= 0.5 ? 'likely' : 'a guess';
}

/** How many times as fast a run would be: "about 2.6x as fast". Less than 5 % is no gain; '' where it is not known. */
export function gainWords(gain: Advice['gain']): string {
  if (gain === null) return '';
  if (gain < 1.05) return 'would not help';
  return `about ${gain >= 9.95 ? Math.round(gain) : gain.toFixed(1)}x as fast`;
}

/** What a button that sets these options does: "Use 24 workers". */
export function optionWords({ workers, compress, checksum, bandwidthLimit }: OptionChange): string {
  const words = [
    ...(workers === undefined ? [] : [workers === 'auto' ? 'choose the number of workers automatically' : `use ${workers} ${workers === 1 ? 'worker' : 'workers'}`]),
    ...(compress === undefined ? [] : [compress ? 'compress on the way' : 'stop compressing']),
    ...(checksum === undefined ? [] : [checksum ? 'compare by content' : 'compare by size and time']),
    ...(bandwidthLimit === undefined ? [] : [bandwidthLimit === null ? 'lift the bandwidth limit' : `limit the bandwidth to ${formatRate(bandwidthLimit)}`]),
  ];
  const text = words.join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a job has these options already. */
export function hasOptions(options: JobOptions, advised: OptionChange): boolean {
  return (Object.keys(advised) as (keyof OptionChange)[]).every((name) => advised[name] === undefined || options[name] === advised[name]);
}

/** The options of a job with those that are advised. */
export function withAdvised(options: JobOptions, { workers, compress, checksum, bandwidthLimit }: OptionChange): JobOptions {
  return {
    ...options, workers: workers ?? options.workers, compress: compress ?? options.compress, checksum: checksum ?? options.checksum,
    bandwidthLimit: bandwidthLimit === undefined ? options.bandwidthLimit : bandwidthLimit,
  };
}
