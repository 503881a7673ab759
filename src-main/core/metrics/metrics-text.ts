/** A kind of figure with its values, one for each set of labels. Only gauges: all figures are of the newest run. */
export interface Metric {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Media type of `metricsText`. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics in the text format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats). */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map(({ name, help, samples }) => [
    `# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} gauge`, ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
  ].join('\n')).join('\n') + '\n';
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
