/** How the parts of an engine carry out commands. */
import type { LoadProgress } from '../library/sources/progress';
import type { Ask, CommandName, Part, Reply } from './protocol';

/** A command that is being carried out: whether it is still wanted, and the way to say how far it is. */
export interface Call<N extends CommandName = CommandName> {
  readonly signal: AbortSignal;
  progress(progress: LoadProgress): void;
  part(part: Part<N>): void;
}

/** A handler for every command of these names. */
export type Handlers<N extends CommandName> = {
  readonly [K in N]: (ask: Ask<K>, call: Call<K>) => Reply<K> | Promise<Reply<K>>;
};
