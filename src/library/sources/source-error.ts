/** What can go wrong with a model's source, as one message with cause and mend. */
import { BadInput } from '../../data/errors';

/**
 * not-found: no such repository, revision or file. denied: a gated or private repository, or a refused token.
 * offline: no connection. server: an answer nobody can use. length, corrupt: the bytes are not those that were promised.
 * busy: another tab or process has it. cancelled: the user stopped it.
 */
export type SourceFault =
  | 'not-found'
  | 'denied'
  | 'offline'
  | 'server'
  | 'length'
  | 'corrupt'
  | 'busy'
  | 'storage'
  | 'cancelled';

/** BadInput with its kind, for hosts that offer a remedy (a field for a token, a button that tries again). */
export class SourceError extends BadInput {
  constructor(
    readonly kind: SourceFault,
    what: string,
    where: string,
    mend: string,
    cause?: unknown,
  ) {
    super(what, where, mend);
    if (cause !== undefined) this.cause = cause;
  }
}

/** An error of fetch in words: undici hides the reason ("ECONNREFUSED") in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const reason = cause?.code ?? cause?.message;
  return reason ? `${error.message}: ${reason}` : error.message;
}
