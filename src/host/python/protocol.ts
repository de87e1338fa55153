/** What a judge of Python code and its worker say to each other. */
import type { CodeQuestion, CodeReport } from '../../data/code/types';
import type { Image, PythonParts } from './interpreter';

/** What a worker starts from: the files as they came, or what an earlier one made of them. */
export type PythonStart =
  | { readonly type: 'start'; readonly wasm: Uint8Array; readonly library: Uint8Array }
  | ({ readonly type: 'start'; readonly image: Image } & PythonParts);

export type PythonQuestion = CodeQuestion & { readonly id: number };

/** `ready` once, with what further workers start from; then a verdict for each question. */
export type PythonReply =
  | { readonly type: 'ready'; readonly module: WebAssembly.Module; readonly image: Image }
  | { readonly type: 'verdict'; readonly id: number; readonly report: CodeReport };
