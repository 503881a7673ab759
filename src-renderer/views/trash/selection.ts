/** Whether a name is brought back: it was chosen itself, or with a folder above it. */
export function isChosen(chosen: readonly string[], name: string): boolean {
  return chosen.some((each) => each === name || name.startsWith(`${each}/`));
}

/** `chosen` with a name put in or taken out. A folder stands for all below it, so that nothing is in there twice. */
export function withName(chosen: readonly string[], name: string, isOn: boolean): string[] {
  const others = chosen.filter((each) => each !== name && !each.startsWith(`${name}/`));
  return isOn && !isChosen(others, name) ? [...others, name] : others;
}
