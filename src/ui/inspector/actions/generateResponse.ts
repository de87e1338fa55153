/** The student writes a response to its prompt; what it writes is shown as it comes. */
import { ask, stop } from '../bridge';
import { useInspector } from '../store';

export function generateResponse(): void {
  const { texts, sampling } = useInspector.getState();
  useInspector.setState({ generating: '', failure: null, editing: null });
  ask('generate', { type: 'generate', prompt: texts.student, ...sampling });
}

/** What was written so far becomes the response. */
export function stopGenerating(): void {
  stop('generate');
}
