import { Group, Loader, Text, VisuallyHidden } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useState } from 'react';
import type { SplitPreview } from '../../../src-shared/place.ts';
import { formatBytes, formatCount } from '../../format.ts';
import classes from './job.module.css';

/** More rows than this are asked for. */
const firstRows = 12;
/** And more than this are not shown at all. */
const mostRows = 500;
/** A sum that grows four times a second is spoken this often. */
const spokenEveryMs = 5000;

/** The folders found so far, largest first, each with its share of the whole and the number of pieces it is copied in. */
export function SplitList({ split }: { readonly split: SplitPreview }) {
  const [isAll, setIsAll] = useState(false);
  const folders = split.folders.toSorted((one, other) => other.bytes - one.bytes || other.entries - one.entries);
  const shown = folders.slice(0, isAll ? mostRows : firstRows);
  const largest = Math.max(1, folders[0]?.bytes ?? 0);
  const units = `${formatCount(split.units)} ${split.units === 1 ? 'unit' : 'units'}`;
  const sum = `${formatBytes(split.bytes)} in ${formatCount(split.entries)} entries, ${units}${split.isWhole ? '' : ' so far'}`;
  const spoken = useThrottledValue(sum, spokenEveryMs);
  return (
    <section aria-label="Folders found">
      <VisuallyHidden role="status">{split.isWhole ? sum : spoken}</VisuallyHidden>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="sm" className={classes.figures} aria-hidden>
          <b>{formatBytes(split.bytes)}</b> in {formatCount(split.entries)} entries, copied as <b>{units}</b>
          {!split.isWhole && ' so far'}
        </Text>
        {!split.isWhole && <Group gap={6}><Loader size={14} aria-hidden /><Text size="xs" c="dimmed">measuring</Text></Group>}
      </Group>
      <table className={classes.splitTable}>
        <thead>
          <tr><th scope="col">Folder</th><th scope="col"><span className={classes.hiddenWord}>Share</span></th><th scope="col">Size</th><th scope="col">Entries</th><th scope="col">Units</th></tr>
        </thead>
        <tbody>
          {shown.map((folder) => (
            <tr key={folder.name}>
              <th scope="row">{folder.name === '' ? <span className={classes.rootName}>files in the folder itself</span> : folder.name}</th>
              <td><span className={classes.bar}><span style={{ width: `${(folder.bytes / largest) * 100}%` }} /></span></td>
              <td>{formatBytes(folder.bytes)}</td>
              <td>{formatCount(folder.entries)}</td>
              <td>{formatCount(folder.units)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {folders.length > firstRows && (
        <button type="button" className={classes.moreRows} aria-expanded={isAll} onClick={() => setIsAll(!isAll)}>
          {isAll ? 'Show the largest only' : `Show ${folders.length > mostRows ? `the ${mostRows} largest of` : 'all'} ${formatCount(folders.length)} folders`}
        </button>
      )}
      <Text size="xs" c="dimmed" mt={6}>
        Sizes are estimates from samples until a run has measured them. A unit is what one rsync copies; units run side by side, the heaviest first.
      </Text>
    </section>
  );
}
