/** The Worker in between: the judge's own Workers are started from here. */
import { browserSymbolicJudge } from '../../../src/data/symbolic/judge.browser';

const warnings: string[] = [];
const warn = (message: string) => warnings.push(message);
const judge = browserSymbolicJudge(warn);
const verdicts = await Promise.all([
  judge('\\sqrt{8}', '2\\sqrt{2}'),
  judge('x(x+1)', 'x^2+x'),
  judge('x(x+1)', 'x^2'),
]);
let started = 0;
const hanging = browserSymbolicJudge(warn, () => {
  started += 1;
  return new Worker(new URL('./hanging-worker.ts', import.meta.url), { type: 'module' });
});
const afterwards = await Promise.all([hanging('(1000!)!x', 'x'), hanging('x(x+1)', 'x^2+x')]);
postMessage(JSON.stringify({ verdicts, afterwards, started, warnings }));
