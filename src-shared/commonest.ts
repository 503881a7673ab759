/**
 * Adds `amount` of `key` to counts of at most `most` keys (Misra and Gries, 1982): where there is no room, every count gives
 * up as much, and those that reach nothing go. A key that is more than one in `most` of all stays, counted low by at most that.
 */
export function addToCommonest<Key, Count extends { files: number }>(
  counts: Map<Key, Count>, key: Key, amount: number, most: number, make: () => Count,
): Count | null {
  const known = counts.get(key);
  if (known) {
    known.files += amount;
    return known;
  }
  if (counts.size < most) {
    const made = make();
    made.files = amount;
    counts.set(key, made);
    return made;
  }
  const given = Math.min(amount, ...[...counts.values()].map(({ files }) => files));
  for (const [other, count] of counts) {
    count.files -= given;
    if (count.files <= 0) counts.delete(other);
  }
  return given < amount ? addToCommonest(counts, key, amount - given, most, make) : null;
}
