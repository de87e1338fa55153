/** What a supervised run would learn from, before it is begun. */
import type { Wanted } from '../data/breath';
import type { Conversation } from '../data/conversations';
import { BadInput } from '../data/errors';
import type { ModelShelf } from '../library/model-shelf';
import { type Conversations, openConversations } from '../library/open-conversations';
import { parseSftConfig, type SftConfig } from '../settings/settings-sft';
import type { DataPreview, RefusedData } from './sft-events';
import { previewExamples } from './sft-examples';

/** What cannot be used is told with its reason: it is an answer, not a failure. */
export async function previewData(
  partial: SftConfig,
  shelf: ModelShelf,
  wanted: Wanted,
): Promise<DataPreview | RefusedData> {
  let unreadable = true;
  try {
    const config = parseSftConfig(partial, 'settings');
    const conversations = await openConversations(config.data, (name) => shelf.readData(name), wanted);
    unreadable = false;
    const told = watched(conversations, (reading) => {
      unreadable = reading;
    });
    return await previewExamples(
      await shelf.open(config.model, { peek: true, signal: wanted.signal }),
      told,
      config,
      wanted,
    );
  } catch (error) {
    if (error instanceof BadInput) return { refused: error.message, unreadable };
    throw error;
  }
}

/** The same conversations, and whether the next of them is being read. */
async function* watched(conversations: Conversations, tell: (reading: boolean) => void): AsyncGenerator<Conversation> {
  tell(true);
  for await (const conversation of conversations) {
    tell(false);
    yield conversation;
    tell(true);
  }
  tell(false);
}
