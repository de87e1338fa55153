import { askContexts, askLayers } from '../session';
import { type TabName, useInspector } from '../store';

/** Shows a tab; what it needs is computed only now. */
export function openTab(tab: TabName): void {
  useInspector.setState({ tab });
  askContexts();
  askLayers();
}
