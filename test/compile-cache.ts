import path from 'node:path';

// What a test starts keeps its compiled code, as it does for users. Only the tests' own processes do without: functions from
// that cache are missing in their coverage (scripts/test.mjs).
delete process.env['NODE_DISABLE_COMPILE_CACHE'];
process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, '..', '.toolchain', 'cache');
