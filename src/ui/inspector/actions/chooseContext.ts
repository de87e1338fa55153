/** What the teacher is shown. A teacher's prompt that was edited gives way. */
import type { ContextChoice } from '../../../inspect/types';
import { askPrompts } from '../session';
import { useInspector } from '../store';

export function chooseContext(patch: Partial<ContextChoice>): void {
  useInspector.setState(({ context, edited }) => ({
    context: { ...context, ...patch },
    edited: { student: edited.student && patch.mode !== undefined, teacher: false },
  }));
  askPrompts();
}
