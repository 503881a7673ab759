import { Visitor, parseSync } from 'vite';

/** One import, export-from, `import()` or `require()` of a source file. */
export interface FoundImport {
  /** As written; null for a name that is computed, which no rule can judge. */
  readonly specifier: string | null;
  /** Gone once types are stripped. `import { type A }` is not: it still loads the module (verbatimModuleSyntax). */
  readonly typeOnly: boolean;
}

/** What one source file imports and offers. */
export interface SourceFacts {
  readonly imports: readonly FoundImport[];
  readonly hasDefaultExport: boolean;
  /** Does nothing but hand on what other files export. */
  readonly isBarrel: boolean;
}

/** Reads a source file by its syntax tree. Throws where it does not parse, as a file that cannot be read proves nothing. */
export function readSource(path: string, text: string): SourceFacts {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((error) => error.message).join('; ')}`);
  const imports: FoundImport[] = [];
  const add = (source: { type: string; value?: unknown } | null | undefined, typeOnly: boolean): void => {
    if (!source) return;
    const isText = source.type === 'Literal' && typeof source.value === 'string';
    imports.push({ specifier: isText ? String(source.value) : null, typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
    TSExternalModuleReference: (node) => add(node.expression, false),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') add(node.arguments[0], false);
    },
  }).visit(program);
  return {
    imports,
    hasDefaultExport: module.staticExports.some(({ entries }) => entries.some(({ exportName }) =>
      exportName.kind === 'Default' || exportName.name === 'default')),
    isBarrel: program.body.length > 0 && program.body.every((node) =>
      node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null)),
  };
}
