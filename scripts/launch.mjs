/** Chooses an adapter and becomes the program: in this very process, so that signals and exit codes need nobody to pass them on. */
import { pathToFileURL } from 'node:url';
import { applyAdapter, chooseAdapter } from './adapters.mjs';

export async function launch(bundle) {
  try {
    applyAdapter(chooseAdapter());
  } catch (error) {
    // --help and bad input need no adapter; whoever opens a device hears of it then, unless one was asked for by name.
    if (process.env.ADAPTER) {
      console.error(error.message);
      process.exit(3);
    }
  }
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(bundle).href);
}
