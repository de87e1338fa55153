/** `import-trl`: what TRL logged, as a run folder. */
import { join } from 'node:path';
import { BOUNDS } from '../data/bounds';
import { expectWithin, utf8Text } from '../data/bytes';
import { BadInput } from '../data/errors';
import { fromPython, readJson } from '../data/json';
import type { Files } from '../host/files';
import { eventLine, linesOf } from '../runs/event-lines';
import { LOG } from '../runs/stored-log';
import { importTrl } from '../runs/trl/import';
import { defineCommand, EXIT } from './command';
import { note } from './output';
import { filledFolder, runFiles } from './places';

export const importTrlCommand = defineCommand({
  name: 'import-trl',
  summary: 'what TRL logged, as a run: compared and reported as any other',
  words: {
    placeholder: 'DIR',
    doc: 'DIR: an exported folder that was trained in, or an output folder of TRL’s GRPOTrainer',
  },
  flags: { out: { kind: 'text', doc: 'folder of the run (must be new)', required: true, placeholder: 'DIR' } },
  async run({ out }, [folder]) {
    const log = await logIn(folder);
    const { config, events } = importTrl(log, folder);
    const store = await filledFolder(out as string, async (run) => {
      await run.writeConfig(config);
      await run.files.append(LOG, events.map(eventLine).join(''));
    });
    note(`${store.where}: ${events.length - 2} steps and evaluations\n`);
    return EXIT.done;
  },
});

/** The files of interest, in the folder or in its out/; trainer_state.json also in the last checkpoint. */
async function logIn(folder: string) {
  const files = runFiles(folder);
  const steps = (await files.list('.')).concat((await files.list('out')).map((name) => join('out', name)));
  const checkpoints = steps.filter((name) => /(^|\/)checkpoint-\d+$/.test(name));
  const number = (name: string) => Number(name.split('-').at(-1));
  const newest = checkpoints.sort((a, b) => number(b) - number(a)).map((name) => `${name}/trainer_state.json`);
  const first = async (...names: string[]) => {
    for (const name of names) {
      const found = await logFile(files, name);
      if (found) return found;
    }
    return null;
  };
  const run = (await first('run.json')) ?? (await logFile(runFiles(join(folder, '..')), 'run.json')); // of out/
  const told = await first('antisd.jsonl', 'out/antisd.jsonl');
  const state = await first('trainer_state.json', 'out/trainer_state.json', ...newest);
  if (!told && !state)
    throw new BadInput('There is no log of TRL', folder, 'Give a folder with antisd.jsonl or trainer_state.json.');
  return {
    run: run && readPython(run.bytes, run.where),
    steps:
      told &&
      linesOf(told.bytes, BOUNDS.trlRecords, told.where).map((line, i) => readPython(line, `${told.where}:${i + 1}`)),
    state: state && readPython(state.bytes, state.where),
  };
}

async function logFile(files: Files, name: string) {
  const where = `${files.where}/${name}`;
  const bound = name.endsWith('.jsonl') ? BOUNDS.data : BOUNDS.json;
  expectWithin(await files.size(name), bound, 'The file', where);
  const bytes = await files.read(name);
  return bytes && { bytes, where };
}

function readPython(bytes: Uint8Array, where: string): unknown {
  return readJson(new TextEncoder().encode(fromPython(utf8Text(bytes, where))), where);
}
