/** Examples for supervised training: built-in ones by name, people's own from a file. */
import type { Wanted } from '../data/breath';
import type { ByteSource } from '../data/bytes';
import { type Conversation, readConversations } from '../data/conversations';
import { BadInput } from '../data/errors';
import { EXAMPLE_SETS } from '../data/tasks';

/** Throws BadInput for a name that nothing has, and for a file that cannot be read, with its line. */
export async function openConversations(
  name: string,
  read: (file: string) => Promise<ByteSource | null>,
  wanted?: Wanted,
): Promise<Conversation[]> {
  const builtIn = EXAMPLE_SETS.find((set) => set.name === name);
  if (builtIn) return builtIn.conversations();
  const file = await read(name);
  if (file) return readConversations(file, wanted);
  const names = EXAMPLE_SETS.map((set) => set.name).join(', ');
  throw new BadInput('There is no such file', name, `Give a .jsonl, .json or .parquet file, or one of ${names}.`);
}
