/** The student writes a response to its prompt; what it writes is shown as it comes. */
import { ask, stop } from '../session';
import { useInspector } from '../store';

export function generateResponse(): void {
  const { texts, sampling } = useInspector.getState();
  ask('generate', { type: 'generate', prompt: texts.student, ...sampling });
  useInspector.setState({ generating: '', failure: null, editing: null });
}

/** What was written so far becomes the response. */
export function stopGenerating(): void {
  void stop('generate');
}
