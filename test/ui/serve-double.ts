/** `node test/ui/serve-double.ts [--port N] [--jobs N] [--rows N] [--lanes N] [--units N] [--unit-ms N] [--done SHARE] [--service none|no-access|attached] [--face browser|desktop]`: the built page over made-up data. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHeadless } from '../../src-main/headless/server.ts';
import { FaceFacts, ServiceState } from '../../src-shared/app-state.ts';
import { createAppDouble } from '../doubles/app-double.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' }, jobs: { type: 'string', default: '200' }, rows: { type: 'string', default: '100000' }, lanes: { type: 'string', default: '8' },
    units: { type: 'string', default: '400' }, 'unit-ms': { type: 'string', default: '20000' }, done: { type: 'string', default: '0.6' }, service: { type: 'string', default: 'none' }, face: { type: 'string', default: 'browser' },
  },
});
const now = (): number => Date.now();
const double = createAppDouble({
  jobs: Number(values.jobs), historyRows: Number(values.rows), lanes: Number(values.lanes), units: Number(values.units), unitMs: Number(values['unit-ms']), doneShare: Number(values.done), now,
  service: ServiceState.shape.state.parse(values.service), face: FaceFacts.shape.kind.parse(values.face),
});
const host = await startHeadless({ router: double.router, pageFolder: fileURLToPath(new URL('../../dist/renderer', import.meta.url)), port: Number(values.port), now });
process.stdout.write(`${host.newLink()}\n`);
process.once('SIGTERM', () => {
  process.stdin.destroy();
  double.close();
  void host.close();
});
// A link lets one browser in once: Enter gives the next one.
process.stdin.on('data', () => process.stdout.write(`${host.newLink()}\n`));
