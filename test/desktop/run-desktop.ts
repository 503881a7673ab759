/** Entry of a process that runs the built desktop app with the double in the place of Electron. */
import { registerHooks } from 'node:module';

const double = new URL('../doubles/electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => (specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context)),
});

const { app } = await import('../doubles/electron.ts');
await import(new URL('../../dist/node/desktop.js', import.meta.url).href);
app.becomeReady();
