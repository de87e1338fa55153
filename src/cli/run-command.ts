/** The commands by their names, and what becomes of their errors. */
import { BadInput } from '../data/errors';
import { DeviceLost, NotFinite, OutOfMemory, WebGpuUnavailable } from '../gpu/errors';
import { fileError, StorageError } from '../host/storage-error';
import { SourceError } from '../library/sources/source-error';
import { bench } from './bench';
import { type Command, EXIT } from './command';
import { doctor } from './doctor';
import { evaluation } from './eval';
import { exportTrl } from './export-trl';
import { generate } from './generate';
import { gpuCheck } from './gpu-check';
import { gradients } from './gradients';
import { importTrlCommand } from './import-trl';
import { inspect } from './inspect-command';
import { INVOKED } from './invoked';
import { merge } from './merge';
import { models } from './models';
import { note, print } from './output';
import { plan } from './plan';
import { pretrain } from './pretrain';
import { report } from './report';
import { score } from './score';
import { sft } from './sft';
import { sweep } from './sweep';
import { tokens } from './tokens';
import { train } from './train';

const COMMANDS: readonly Command[] = [
  train,
  sweep,
  sft,
  pretrain,
  evaluation,
  generate,
  score,
  inspect,
  gradients,
  merge,
  exportTrl,
  importTrlCommand,
  tokens,
  report,
  plan,
  models,
  doctor,
  bench,
  gpuCheck,
];

/** Runs `lab ARGV`, prints what it has to say, and gives its exit code. Never rejects. */
export const runCommand = (argv: readonly string[]): Promise<number> => run(argv).catch(reportError);

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(overview());
    return EXIT.done;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (!command)
    throw new BadInput(
      `Unknown command "${name}"`,
      'lab',
      `Commands: ${COMMANDS.map((c) => c.name).join(', ')}. See: ${INVOKED} --help`,
    );
  if (rest.includes('--help') || rest.includes('-h')) {
    print(command.help);
    return EXIT.done;
  }
  return command.run(rest);
}

function overview(): string {
  const rows = COMMANDS.map((c) => `  ${c.name.padEnd(11)}${c.summary}`).join('\n');
  return `AntiSD Lab, headless.\n\n  ${INVOKED} COMMAND [flags]\n\n${rows}\n\n  COMMAND --help explains its flags. Exit codes: 0 done, 2 bad input, 3 device or disk gave out, 130 stopped and saved.\n`;
}

/** One message to stderr and the exit code that belongs to the error. */
function reportError(thrown: unknown): number {
  const error = fileError(thrown);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BadInput) {
    note(`${message}\n`);
    if (error instanceof SourceError && error.kind === 'cancelled') return EXIT.stopped;
    return EXIT.badInput;
  }
  if (error instanceof StorageError) {
    note(`${message}\n`);
    return EXIT.badInput;
  }
  if (error instanceof DeviceLost || error instanceof OutOfMemory || error instanceof WebGpuUnavailable) {
    note(`${message}\n`);
    return EXIT.gaveOut;
  }
  if (error instanceof NotFinite) {
    note(`${message}\n`);
    return EXIT.failed;
  }
  note(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
  return EXIT.failed;
}
