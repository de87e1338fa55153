/** `export-trl`: a run's configuration, or settings, as a folder that goes on in TRL on a cluster. */
import { BadInput } from '../data/errors';
import { RunStore } from '../runs/run-store';
import { recipeFolder, trlFolder } from '../runs/trl/folder';
import { RECIPES, recipeOf } from '../runs/trl/recipes';
import { parseTrainConfig, settled, TRAIN_TABLE, type TrainConfig } from '../settings/config';
import { defineCommand, EXIT } from './command';
import type { Flags } from './options';
import { note } from './output';
import { filledFolder, loadModel, loadTask, modelElsewhere, newFolder, runFiles } from './places';
import { type Given, settingFlags, settingsFrom } from './setting-flags';

export const exportTrl = defineCommand({
  name: 'export-trl',
  summary: 'a run’s configuration as a folder for TRL: trainer, problems, settings',
  details:
    'Without RUN and --recipe the folder is made of the settings given. Recipes:\n' +
    Object.entries(RECIPES)
      .map(([name, { label, doc }]) => `  ${name}: ${label}. ${doc}`)
      .join('\n'),
  words: { placeholder: '[RUN]', doc: 'RUN: a folder that train made', optional: true },
  flags: {
    recipe: { kind: 'text', doc: 'a shipped recipe', placeholder: 'NAME' },
    ...settingFlags(TRAIN_TABLE),
    out: { kind: 'text', doc: 'the folder to make (must be new)', required: true, placeholder: 'DIR' },
  } as Flags,
  async run(values, [run]) {
    const given = settingsFrom(TRAIN_TABLE, values as Given);
    const out = await newFolder(String(values.out)); // what cannot be written to is said before a model is opened
    const contents = await contentsOf(run, values.recipe, given);
    const folder = await filledFolder(out.where, async ({ files }) => {
      for (const [name, bytes] of contents) await files.write(name, bytes);
    });
    note(`${folder.where}: ${contents.size} files; its README.md says how to start it.\n`);
    return EXIT.done;
  },
});

type Named = string | number | boolean | undefined;

async function contentsOf(run: string | undefined, recipe: Named, given: Record<string, unknown>) {
  if (typeof recipe === 'string') {
    const found = recipeOf(recipe);
    return recipeFolder(found, parseTrainConfig({ ...found.settings, ...given }, 'lab export-trl'));
  }
  const begun = run === undefined ? {} : await configOf(run);
  const config = parseTrainConfig({ ...begun, ...given }, 'lab export-trl');
  const model = await loadModel(config.model);
  return trlFolder(config, await loadTask(config.task, model, settled(config)), await modelElsewhere(config.model));
}

async function configOf(folder: string): Promise<TrainConfig> {
  const config = await new RunStore(runFiles(folder)).config();
  if (config && !('kind' in config)) return config;
  throw new BadInput('There is no run of train', folder, 'Name the folder of one, or give settings instead.');
}
