import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute though they are short: begun last, as by their size they would be, each of them would end alone. */
const long = ['exactness.test.ts', 'axe.test.ts', 'exactness-unprivileged.test.ts'];

/** The usual order of Vitest (sequence.sequencer), but for those. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.endsWith(`/${name}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
