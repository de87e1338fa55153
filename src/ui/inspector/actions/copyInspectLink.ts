import { inspectAddress } from '../link';
import { useInspector } from '../store';

/** How long the button says that it worked, ms. */
const SAID_MS = 2000;

/** An address that shows this page again: model, problem, texts and view. */
export async function copyInspectLink(): Promise<void> {
  const address = await inspectAddress(useInspector.getState());
  try {
    await navigator.clipboard.writeText(address);
    useInspector.setState({ copied: true });
    setTimeout(() => useInspector.setState({ copied: false }), SAID_MS);
  } catch {
    const message = `The clipboard is not available. The link: ${address}`;
    useInspector.setState({ failure: { lane: 'link', kind: 'clipboard', message } });
  }
}
