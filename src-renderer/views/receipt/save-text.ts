/** Lets the browser save a text as a file. It is never shown in a page of ours. */
export function saveText(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it over once the click is done.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
