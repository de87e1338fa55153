/** Examples for supervised training: built-in ones by name, people's own from a file. */
import type { Wanted } from '../data/breath';
import type { ByteSource } from '../data/bytes';
import { type Conversation, conversationsIn } from '../data/conversations';
import { BadInput } from '../data/errors';
import { EXAMPLE_SETS } from '../data/tasks';
import type { ReadData } from './data-files';

/** Conversations that are there, or come one by one from files. */
export type Conversations = readonly Conversation[] | AsyncIterable<Conversation>;

/** Throws BadInput for a name that nothing has; what comes does for a file that cannot be read, with its line. */
export async function openConversations(name: string, read: ReadData, wanted?: Wanted): Promise<Conversations> {
  const builtIn = EXAMPLE_SETS.find((set) => set.name === name);
  if (builtIn) return builtIn.conversations();
  const found = await read(name);
  if (found) return inOrder(found.files, wanted);
  const names = EXAMPLE_SETS.map((set) => set.name).join(', ');
  throw new BadInput(
    'There is no such file',
    name,
    `Give a .jsonl, .json or .parquet file, a dataset of the Hub, or one of ${names}.`,
  );
}

async function* inOrder(files: readonly ByteSource[], wanted?: Wanted): AsyncGenerator<Conversation> {
  for (const file of files) yield* conversationsIn(file, wanted);
}
