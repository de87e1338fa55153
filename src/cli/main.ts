/** The headless face: `npm run lab -- COMMAND [flags]`. */
import { EXIT } from './command';
import { note, printed, printRefusal, watchReaders } from './output';
import { runCommand } from './run-command';

// Dawn keeps the event loop alive, so the process ends here and not when the loop runs dry.
watchReaders();
const code = await runCommand(process.argv.slice(2));
await printed();
const refusal = printRefusal();
if (refusal) note(`${refusal.message}\n`);
process.exit(refusal ? EXIT.gaveOut : code);
