/** Examples below the help of a command: what to type, and what it does. */
export function examples(callName: string, list: readonly (readonly [string, string])[], note?: string): string {
  const lines = list.map(([command, meaning]) => `  ${callName} ${command}\n      ${meaning}`);
  return `\nExamples:\n${lines.join('\n')}${note === undefined ? '' : `\n\n${note}`}`;
}
