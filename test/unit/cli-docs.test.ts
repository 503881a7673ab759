import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorKinds } from '../../src-shared/errors.ts';
import { RunEventData } from '../../src-shared/run-event.ts';
import { exitCodes } from '../../src-main/cli/exit-code.ts';
import { runCommandLine } from '../../src-main/cli/program.ts';
import { createFace, createMemoryApp } from '../doubles/cli-face.ts';
import { outcome } from '../doubles/run-events.ts';
import type { createPipe } from '../doubles/terminal.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('json-events.md');

/** Every field name and every fixed word of a schema. */
function wordsOf(schema: z.core.JSONSchema._JSONSchema): string[] {
  if (typeof schema === 'boolean') return [];
  const fixed = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])]
    .filter((word) => typeof word === 'string');
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []),
    ...(schema.items ? [schema.items].flat() : [])];
  return [...fixed, ...Object.keys(schema.properties ?? {}), ...parts.flatMap(wordsOf)];
}

describe('docs/json-events.md', () => {
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/gu)].flatMap(([, block = '']) => block.trim().split('\n'));

  it('shows an example of every event, each exactly as the schema has it', () => {
    const types = new Set<string>();
    for (const example of examples) {
      const data: unknown = JSON.parse(example);
      const event = RunEventData.parse(data);
      // A field that the schema does not know would be lost here.
      expect(event).toEqual(data);
      types.add(event.type);
    }
    expect([...types].sort()).toEqual(RunEventData.options.map((option) => option.shape.type.value).sort());
  });

  it('names every field and every fixed word', () => {
    const schema = z.toJSONSchema(RunEventData, { unrepresentable: 'any', io: 'output' });
    const words = new Set([...wordsOf(schema), ...errorKinds]);
    expect(words.size).toBeGreaterThan(100);
    const missing = [...words].filter((word) => !new RegExp(`[\`". ]${word}[\`",]|^## ${word}$`, 'mu').test(page));
    expect(missing).toEqual([]);
  });
});

describe('docs/command-line.md', () => {
  const manual = read('command-line.md');

  it('names every option that the help shows, and no other', async () => {
    const inHelp = new Set<string>();
    for (const command of ['backup', 'jobs', 'run', 'pause', 'demo', 'lab', 'history', 'receipt', 'receipts', 'approve', 'serve', 'status', 'service install', 'doctor']) {
      const face = createFace(createMemoryApp(() => Promise.resolve(outcome())));
      await runCommandLine([...command.split(' '), '--help'], face);
      const help = (face.output as ReturnType<typeof createPipe>).text().split('Examples:')[0] ?? '';
      for (const [option] of help.matchAll(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gmu)) inHelp.add(option);
    }
    const inManual = new Set(Array.from(manual.matchAll(/--[a-z][a-z-]+/gu), ([option]) => option));
    expect(inHelp.size).toBeGreaterThan(15);
    expect([...inManual].sort()).toEqual([...inHelp].sort());
  });

  it('has the exit codes of the program', () => {
    const table = Array.from(manual.split('## Exit codes')[1]?.matchAll(/^\| (\d+) \|/gmu) ?? [], ([, code]) => Number(code));
    expect(table).toEqual(Object.values(exitCodes));
  });
});
