/** A search's list of steps as a tree to be shown. */
import type { Search, TreeNode } from '../../../inspect/search/types';

export interface Branch {
  readonly node: TreeNode;
  /** Leads to the chosen response. */
  readonly chosen: boolean;
  readonly branches: readonly Branch[];
}

/** First steps with what follows them, the best first; those that were cut off only where they are asked for. */
export function branchesOf({ nodes, chains }: Search, withCut: boolean): Branch[] {
  const chosen = new Set<number>();
  for (let at: number | null = chains[0]?.node ?? null; at !== null; at = nodes[at].parent) chosen.add(at);
  const children = new Map<number | null, TreeNode[]>();
  for (const node of nodes) {
    if (!node.kept && !withCut) continue;
    const siblings = children.get(node.parent);
    if (siblings) siblings.push(node);
    else children.set(node.parent, [node]);
  }
  const after = (parent: number | null): Branch[] =>
    (children.get(parent) ?? [])
      .toSorted((a, b) => b.score - a.score)
      .map((node) => ({ node, chosen: chosen.has(node.id), branches: after(node.id) }));
  return after(null);
}

/** The words from the first step to the one of this id. */
export function pathText(nodes: readonly TreeNode[], id: number): string {
  let text = '';
  for (let at: number | null = id; at !== null; at = nodes[at].parent) text = nodes[at].text + text;
  return text;
}
