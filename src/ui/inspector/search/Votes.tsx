import type { Chain } from '../../../inspect/search/mits';
import { signed, signOf } from '../../format';
import tabs from '../tabs/Tabs.module.css';
import styles from './Search.module.css';

interface Answer extends Chain {
  readonly place: number;
}

/** The answers that the best chains come to, each by its best chain; the first is the chosen one. */
export function Votes({ chains }: { chains: readonly Chain[] }) {
  const answers: Answer[] = [];
  for (const chain of chains)
    if (!answers.some(({ answer }) => answer === chain.answer)) answers.push({ ...chain, place: answers.length + 1 });
  return (
    <div className={styles.votes}>
      <table className={tabs.table}>
        <caption>Answers of the {chains.length} best responses; weighted is PMI by step · votes / responses</caption>
        <thead>
          <tr>
            <th scope="col">answer</th>
            {['votes', 'PMI', 'weighted'].map((head) => (
              <th key={head} scope="col" className={tabs.right}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answers.map(({ place, answer, frequency, score, weighted }) => (
            <tr key={place} data-current={place === 1}>
              <th scope="row" dir="auto">
                {answer ?? 'no answer'}
              </th>
              <td data-number>{frequency}</td>
              <td data-number data-sign={signOf(score)}>
                {signed(score)}
              </td>
              <td data-number data-sign={signOf(weighted)}>
                {signed(weighted)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
