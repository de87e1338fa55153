/** Turns a stored log, which keeps no sampled pieces, into one that plays: rollouts arrive token by token, then their signals. */
import { EVENT_VERSION, type RunEvent, type RunEventOf } from '../../runs/events';

/** Sampled tokens shown at once in a replay. */
const PIECE = 3;

export function expandForReplay(events: readonly RunEvent[]): RunEvent[] {
  const out: RunEvent[] = [];
  let streamed = -1;
  for (const event of events) {
    if (event.type === 'rollouts') streamed = event.step;
    if (event.type === 'signals' && event.step !== streamed) for (const before of sampled(event)) out.push(before);
    out.push(event);
  }
  return out;
}

/** The 'rollouts' and 'tokens' events that led to `signals`. */
function sampled({ step, rollouts }: RunEventOf<'signals'>): RunEvent[] {
  const v = EVENT_VERSION;
  const out: RunEvent[] = [
    {
      v,
      type: 'rollouts',
      step,
      rollouts: rollouts.map(({ problem, group, question }) => ({ problem, group, question })),
    },
  ];
  const longest = rollouts.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  for (let at = 0; at < longest; at += PIECE) {
    const pieces = rollouts
      .map((r, rollout) => ({ rollout, tokens: r.tokens.slice(at, at + PIECE) }))
      .filter((p) => p.tokens.length > 0);
    out.push({ v, type: 'tokens', step, pieces });
  }
  return out;
}
