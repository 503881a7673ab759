import type { Refusal } from './guard.ts';

const nextSteps: Readonly<Record<Refusal['status'] | 503, string>> = {
  400: 'Open the address exactly as it was printed.',
  401: 'Open the start link that was printed where Daybreak was started. For another one, press Enter there; or start <code>serve</code> again.',
  403: 'A start link works once, within an hour. For another one, press Enter where Daybreak was started; or start <code>serve</code> again.',
  404: 'Go to the <a href="/">start page</a>.',
  405: 'Open the address in a browser.',
  421: 'Open the address exactly as it was printed, with its port.',
  503: 'Close windows of Daybreak that you do not need, then reload.',
};

/** A page that says why nothing is shown, and what to do. `reason` is ours: one sentence without markup. */
export function refusalPage(status: keyof typeof nextSteps, reason: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Daybreak: not let in</title>
<meta name="viewport" content="width=device-width">
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 15vh auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; }
</style>
</head>
<body>
<main>
<h1>${reason}</h1>
<p>${nextSteps[status]}</p>
</main>
</body>
</html>
`;
}
