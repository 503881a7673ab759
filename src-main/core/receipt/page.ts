import type { ChainedReceipt, Receipt } from '../../../src-shared/receipt.ts';
import { shellWords } from '../rsync/shell-words.ts';
import { bytesText, durationText } from '../safety/words.ts';
import { escapeHtml as text } from './escape-html.ts';
import { rootLevelName } from './unprotected.ts';
import { verdictOf } from './verdict.ts';

/**
 * A receipt as one page that needs nothing but itself: no script, no picture, nothing from elsewhere. It says first whether the
 * source is protected, then what is not and why. Times are those of this machine, with their zone.
 */
export function receiptPage({ receipt, number, hash, previous }: ChainedReceipt): string {
  const { job, host, rsync } = receipt;
  const verdict = verdictOf(receipt);
  const title = `${job.name}: receipt of run ${receipt.run}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="verdict ${verdict.level}"><strong>${text(verdict.title)}</strong> ${text(verdict.sentence)}</p>
<h1>${text(title)}</h1>
${facts([
    ['Ended as', receipt.state], ['Started', moment(receipt.startedAt)], ['Ended', `${moment(receipt.endedAt)} (after ${durationText(receipt.endedAt - receipt.startedAt)})`],
    ['Source', job.source], ['Destination', job.destination], ['Started by', receipt.trigger],
    ['Looked at', `${receipt.totals.entries} files, folders and links, ${bytesText(receipt.totals.bytes)}`],
    ['Copied', `${receipt.totals.filesTransferred} files, ${bytesText(receipt.totals.bytesTransferred)}`],
    ['Deleted', `${receipt.totals.deleted}`], ['Held', `${receipt.totals.held}`],
    ...(receipt.limitedBy === null ? [] : [['Limited by', receipt.limitedBy] as const]),
  ])}
${section('Not protected, and why', table(['What', 'Why'], receipt.unprotected.map(({ name, reason }) => [name, reason])))}
${section('Folders', folderTable(receipt))}
${section('Failures', table(['Name', 'Reason', ''], receipt.failures.map(({ name, reason, isNew }) => [name, reason, isNew ? 'new' : 'known'])))}
${section('Notices', notices(receipt))}
<h2>How it was made</h2>
${facts([
    ['Machine', host.name], ['User', host.isRoot ? `${host.user} (root)` : host.user], ['Daybreak', host.daybreak], ['rsync', rsync.version ?? 'not called'],
  ])}
${rsync.argv.length === 0 ? '' : `<pre>${text(shellWords(['rsync', ...rsync.argv]))}</pre>`}
<h2>Its place among the receipts</h2>
${facts([['Number', `${number}`], ['SHA-256', hash], ['Of the one before', previous]])}
<p class="quiet">"daybreak receipts verify" says whether a receipt was changed or taken away.</p>
</main>
</body>
</html>
`;
}

function moment(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' }).format(at);
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<h2>${title}</h2>\n${body}`;
}

function facts(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>${pairs.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('\n')}</dl>`;
}

/** Nothing where there are no rows. `numbers`: from this column on, cells are numbers. */
function table(titles: readonly string[], rows: readonly (readonly string[])[], numbers = titles.length): string {
  if (rows.length === 0) return '';
  const cells = (tag: 'th' | 'td', row: readonly string[]) => row.map((cell, index) =>
    `<${tag}${tag === 'th' ? ' scope="col"' : ''}${index >= numbers ? ' class="number"' : ''}>${text(cell)}</${tag}>`).join('');
  return `<table><thead><tr>${cells('th', titles)}</tr></thead>\n<tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}</tbody></table>`;
}

const stateWords: Readonly<Record<Receipt['folders'][number]['state'], string>> = {
  done: 'copied', warned: 'copied, but for names that failed', failed: 'failed', held: 'held', 'not-reached': 'not reached',
};

function folderTable({ folders }: Receipt): string {
  return table(['Folder', 'State', 'Entries', 'Size', 'New', 'Rewritten', 'Deleted', 'Failed', 'Time'], folders.map((row) => [
    row.folder === '' ? rootLevelName : row.folder, stateWords[row.state], `${row.entries}`, bytesText(row.bytes), `${row.created}`,
    row.rewritten === null ? 'not counted' : `${row.rewritten}`, `${row.deleted}`, `${row.failed}`, durationText(row.durationMs),
  ]), 2);
}

function notices({ notices: all, error }: Receipt): string {
  const told = [...(error ? [{ level: 'problem', ...error }] : []), ...all];
  if (told.length === 0) return '';
  return `<ul>${told.map(({ level, message, hint }) =>
    `<li><strong>${text(level)}</strong>: ${text(message)}${hint === undefined ? '' : ` <span class="quiet">${text(hint)}</span>`}</li>`).join('\n')}</ul>`;
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d5dd, #444b57); --quiet: light-dark(#555d6b, #a6adba); font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#fff, #15181d); color: light-dark(#1b1f27, #e6e9ee); }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.verdict { padding: .8rem 1rem; border-left: .4rem solid; font-size: 1.1rem; overflow-wrap: anywhere; }
.verdict strong { display: block; }
.good { border-color: light-dark(#1a7f37, #4ac26b); } .partly { border-color: light-dark(#9a6700, #d4a72c); } .none { border-color: light-dark(#cf222e, #ff7b72); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); padding: .6rem; }
.quiet { color: var(--quiet); }
@media print { :root { color-scheme: light; font-size: 11px; } main { max-width: none; padding: 0; } tr, li { break-inside: avoid; } }
`;
