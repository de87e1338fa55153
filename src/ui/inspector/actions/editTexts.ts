/** Editing the three texts. Scores follow a moment after the last key; a prompt that was edited stays until it is reset. */
import { askPrompts, askScore, leave } from '../session';
import { useInspector } from '../store';

/** Time after the last key, ms. */
const PAUSE_MS = 350;
let timer: ReturnType<typeof setTimeout> | undefined;

function soon(work: () => void): void {
  clearTimeout(timer);
  timer = setTimeout(work, PAUSE_MS);
}

export function editResponse(response: string): void {
  leave('generate');
  useInspector.setState(({ texts }) => ({ texts: { ...texts, response }, sample: null, generated: null }));
  soon(askPrompts);
}

export function editPrompt(who: 'student' | 'teacher', text: string): void {
  useInspector.setState(({ texts, edited }) => ({
    texts: { ...texts, [who]: text },
    edited: { ...edited, [who]: true },
  }));
  soon(askScore);
}

/** Back to the prompt that the problem and the context make. */
export function resetPrompt(who: 'student' | 'teacher'): void {
  useInspector.setState(({ edited }) => ({ edited: { ...edited, [who]: false } }));
  askPrompts();
}

/** A ready-made response. */
export function takeSample(label: string, response: string): void {
  clearTimeout(timer);
  leave('generate');
  useInspector.setState(({ texts, revision }) => ({
    texts: { ...texts, response },
    sample: label,
    generated: null,
    revision: revision + 1,
    focused: 0,
  }));
  askPrompts();
}
