/** A chain of the search becomes the response to look at. */
import { pathText } from '../search/tree';
import { askPrompts, leave } from '../session';
import { useInspector } from '../store';

export function takeChain(id: number): void {
  leave('generate');
  useInspector.setState(({ tree, texts, revision }) => {
    if (!tree) return {};
    const response = pathText(tree.search.nodes, id);
    return { texts: { ...texts, response }, sample: null, generated: null, revision: revision + 1, focused: 0 };
  });
  askPrompts();
}
