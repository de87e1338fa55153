/** The work of a judge's worker, on either host: it starts Python, and then judges what it is asked. */
import { Examiner } from './examiner';
import type { PythonQuestion, PythonReply, PythonStart } from './protocol';

export class PythonWork {
  private examiner: Examiner | null = null;

  async hear(message: PythonStart | PythonQuestion, say: (reply: PythonReply) => void): Promise<void> {
    if (!('type' in message)) {
      const { id, ...question } = message;
      return say({ type: 'verdict', id, report: (this.examiner as Examiner).examine(question) });
    }
    const { library } = message;
    const module = 'module' in message ? message.module : await WebAssembly.compile(message.wasm as BufferSource);
    this.examiner = new Examiner({ module, library }, 'image' in message ? message.image : undefined);
    say({ type: 'ready', module, image: this.examiner.image });
  }
}
