/** Examples for supervised training: built-in ones by name, people's own from a file. */
import type { Wanted } from '../data/breath';
import { type Conversation, readConversations } from '../data/conversations';
import { BadInput } from '../data/errors';
import { EXAMPLE_SETS } from '../data/tasks';
import type { ReadData } from './data-files';

/** Throws BadInput for a name that nothing has, and for a file that cannot be read, with its line. */
export async function openConversations(name: string, read: ReadData, wanted?: Wanted): Promise<Conversation[]> {
  const builtIn = EXAMPLE_SETS.find((set) => set.name === name);
  if (builtIn) return builtIn.conversations();
  const found = await read(name);
  if (found) return (await Promise.all(found.files.map((file) => readConversations(file, wanted)))).flat();
  const names = EXAMPLE_SETS.map((set) => set.name).join(', ');
  throw new BadInput(
    'There is no such file',
    name,
    `Give a .jsonl, .json or .parquet file, a dataset of the Hub, or one of ${names}.`,
  );
}
