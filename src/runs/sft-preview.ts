/** What a supervised run would learn from, before it is begun. */
import type { Wanted } from '../data/breath';
import { BadInput } from '../data/errors';
import type { ModelShelf } from '../library/model-shelf';
import { openConversations } from '../library/open-conversations';
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
    return await previewExamples(
      await shelf.open(config.model, { peek: true, signal: wanted.signal }),
      conversations,
      config,
      wanted,
    );
  } catch (error) {
    if (error instanceof BadInput) return { refused: error.message, unreadable };
    throw error;
  }
}
