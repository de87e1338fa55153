/** Files of problems and examples that lie in memory, read as the product reads them. */
import type { Wanted } from '../../src/data/breath';
import { memoryBytes } from '../../src/data/bytes';
import * as conversations from '../../src/data/conversations';
import * as problems from '../../src/data/dataset';
import { dealProblem } from '../../src/data/jsonl-task';
import * as records from '../../src/data/records';
import type { Problem } from '../../src/data/types';
import type { Examples } from '../../src/runs/sft-examples';
import { utf8 } from './checkpoints';

type Bytes = Uint8Array<ArrayBuffer>;

/** All of them, without where they lie. */
async function all<T extends { line?: unknown }>(items: AsyncIterable<T>): Promise<Omit<T, 'line'>[]> {
  const found: Omit<T, 'line'>[] = [];
  for await (const { line: _, ...item } of items) found.push(item);
  return found;
}

export const readRecords = (bytes: Bytes, file: string) => all(records.readRecords(memoryBytes(bytes, file)));
export const readProblems = (bytes: Bytes, file: string) => problems.readProblems(memoryBytes(bytes, file));
export const readConversations = (bytes: Bytes, file: string) =>
  all(conversations.conversationsIn(memoryBytes(bytes, file)));

/** The deals of two-cards in a JSONL text. */
export const readDeals = (text: string, file: string): Promise<Problem[]> =>
  problems.uniqueProblems(recordsIn(text, file), dealProblem);

/** The records of a JSONL text, as a stream. */
export const recordsIn = (text: string, file: string, wanted?: Wanted) =>
  records.readRecords(memoryBytes(utf8(text), file), wanted);

/** All examples that are learnt from, in their order. */
export const drawnFrom = (train: Examples['train']) =>
  Promise.all(Array.from({ length: train.length }, (_, i) => train.at(i)));
