/**
 * A guard for chat templates. Where an iteration of a loop is left by `break` or `continue`, the Jinja library drops what
 * the iteration has said so far, and the prompt would be wrong without a word. Such a template is refused instead.
 */

/** What of the library's syntax tree matters here. */
interface Node {
  readonly type: string;
  readonly body?: readonly Node[];
  readonly alternate?: readonly Node[];
  readonly defaultBlock?: readonly Node[];
}

/** True where some loop of the statements may say something in an iteration and then leave it. */
export function losesOutput(statements: readonly Node[]): boolean {
  let lost = false;
  /** Whether something may have been said in this iteration when the statements are through; `said`: before them. */
  const walk = (nodes: readonly Node[], before: boolean): boolean => {
    let said = before;
    for (const { type, body = [], alternate = [], defaultBlock = [] } of nodes) {
      switch (type) {
        case 'Break':
        case 'Continue':
          lost ||= said;
          break;
        case 'If': {
          const [yes, no] = [walk(body, said), walk(alternate, said)];
          said = yes || no;
          break;
        }
        case 'For': {
          const [inside, otherwise] = [walk(body, false), walk(defaultBlock, said)];
          said ||= inside || otherwise;
          break;
        }
        case 'Macro':
          walk(body, false);
          break;
        case 'Set':
        case 'Comment':
          break;
        default:
          said = true; // text, an expression, or a block of either
      }
    }
    return said;
  };
  walk(statements, false);
  return lost;
}
