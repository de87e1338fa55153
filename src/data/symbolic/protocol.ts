/** What a symbolic judge and its worker say to each other. */
export interface SymbolicQuestion {
  readonly id: number;
  readonly given: string;
  readonly wanted: string;
}

/** `ready` once, when the library is loaded; then a verdict for each question. */
export type SymbolicReply =
  | { readonly type: 'ready' }
  | { readonly type: 'verdict'; readonly id: number; readonly equal: boolean };
