declare module 'write-file-atomic' {
  /** Writes beside the file, syncs, and puts it in its place: a crash leaves the old one or the new one. */
  function writeFileAtomic(path: string, text: string, options: { readonly mode: number }): Promise<void>;
  export = writeFileAtomic;
}
