import { allCoresCase, compressionCase, oneCoreCase, otherLoadCase } from './cpu-cases.ts';
import { checksumsCase, diskCases } from './disk-cases.ts';
import { memoryCase } from './memory-case.ts';
import { serverCases } from './server-cases.ts';
import { hugeFolderCase, limitCase, nothingCase, tinyFoldersCase } from './shape-cases.ts';
import type { StagedCase } from './staged-case.ts';

/** All staged situations, in the order they are told. */
export const stagedCases: readonly StagedCase[] = [
  compressionCase, otherLoadCase, allCoresCase, oneCoreCase, ...serverCases, ...diskCases, checksumsCase, memoryCase, hugeFolderCase, tinyFoldersCase, limitCase, nothingCase,
];
