/** What a whole run looked like. Shares are 0 to 1, times in ms. */
export interface RunShape {
  readonly durationMs: number;
  readonly cores: number;
  readonly cpuBusy: number;
  readonly ioPressure: number;
  /** Mean number of busy lanes. */
  readonly meanBusy: number;
  readonly largestSize: number;
  /** Time in which exactly one lane was busy while the pool could have used more. */
  readonly aloneMs: number;
  /** The unit that ran longest, for people. */
  readonly longestUnit: { readonly name: string; readonly durationMs: number } | null;
  readonly bandwidthLimit: boolean;
}

/** Shorter runs are start-up more than work. */
const shortestMs = 1500;

/** What limited a run, in one sentence with its evidence; null when it was too short to say. First, simple rules. */
export function whatLimited(shape: RunShape): string | null {
  if (shape.durationMs < shortestMs) return null;
  const busy = `CPU ${percent(shape.cpuBusy)} busy`;
  const lanes = `${shape.meanBusy.toFixed(1)} of ${shape.largestSize} lanes busy on average`;
  const { longestUnit } = shape;
  if (shape.aloneMs > 0.4 * shape.durationMs && shape.largestSize > 1 && longestUnit) {
    return `One long unit: ${longestUnit.name} ran longest, and ${percent(shape.aloneMs / shape.durationMs)} of the time one lane worked alone (${lanes}).`;
  }
  if (shape.bandwidthLimit) return `The bandwidth limit of the job (${busy}).`;
  if (shape.cpuBusy > 0.85) return `CPU: the ${shape.cores} cores were ${percent(shape.cpuBusy)} busy. More workers will not help.`;
  if (shape.ioPressure > 0.4) {
    return `Storage: processes waited for disk or network storage ${percent(shape.ioPressure)} of the time (${busy}).`;
  }
  if (shape.cpuBusy < 0.6) return `Latency of source or destination: ${busy}, ${lanes}. More workers may help.`;
  return `Nothing stands out: ${busy}, storage waits ${percent(shape.ioPressure)}, ${lanes}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
