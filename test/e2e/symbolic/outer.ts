/** The Worker in between: the judge's own Worker is started from here. */
import { browserSymbolicJudge } from '../../../src/data/symbolic/judge.browser';

const warnings: string[] = [];
const judge = browserSymbolicJudge((message) => warnings.push(message));
const verdicts = await Promise.all([
  judge('\\sqrt{8}', '2\\sqrt{2}'),
  judge('(1000!)!x', 'x'),
  judge('x(x+1)', 'x^2+x'),
  judge('x(x+1)', 'x^2'),
]);
postMessage(JSON.stringify({ verdicts, warnings }));
