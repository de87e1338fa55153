/** A search's tree in the terminal: a line a step that was gone on with, its score, and what it adds. */
import { visible } from '../data/visible';
import type { Search, TreeNode } from '../inspect/search/types';
import { signed } from '../inspect/signed';
import { quoted } from './paint';

/** The tree from its first steps down, the chosen response marked, and the chains that voted. */
export function searchText(search: Search): string {
  const { nodes, chains, tokens } = search;
  const chosen = new Set<number>();
  for (let at: number | null = chains[0]?.node ?? null; at !== null; at = nodes[at].parent) chosen.add(at);
  const cut = nodes.filter(({ kept }) => !kept).length;
  const votes = chains.map(
    ({ answer, score, frequency, weighted }) =>
      `${signed(weighted).padStart(9)}${signed(score).padStart(9)}${String(frequency).padStart(7)}  ${answer === null ? 'no answer' : visible(answer)}`,
  );
  return [
    'PMI per step (of this step), nats; entropy → steps drawn after it; * leads to the chosen response:',
    ...below(nodes, null, chosen),
    `and ${cut} steps that were cut off; ${tokens.drawn} tokens drawn, ${tokens.scored} scored without the question`,
    '',
    `${'weighted'.padStart(9)}${'PMI'.padStart(9)}${'votes'.padStart(7)}  answer`,
    ...votes,
    '',
    chains.length > 0 ? 'chosen:' : 'Nothing was found.',
    '',
  ].join('\n');
}

/** Lines of the kept steps after one, the best first, each with what follows it. */
function below(nodes: readonly TreeNode[], parent: number | null, chosen: ReadonlySet<number>): string[] {
  const own = nodes.filter((node) => node.kept && node.parent === parent);
  return own
    .toSorted((a, b) => b.score - a.score)
    .flatMap((node) => {
      const { id, depth, score, conditional, marginal, entropy, samples, ended, text } = node;
      const more = ended ? 'end' : samples > 0 ? `H ${entropy.toFixed(2)} → ${samples}` : 'no room';
      const line = `${'  '.repeat(depth - 1)}${chosen.has(id) ? '*' : '·'} ${signed(score)} (${signed(conditional - marginal)}) ${quoted(text)} ${more}`;
      return [line, ...below(nodes, id, chosen)];
    });
}
