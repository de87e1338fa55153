/** The same text under several runs, tinted by u: the fixed probe texts as they were scored last. */
import { rowOf } from '../antisd/signals';
import { escapeHtml } from '../inspect/export-html';
import { signed } from '../inspect/signed';
import { tintClass, tintOfU } from '../inspect/tint';
import { grouped } from './groups';
import type { LoadedRun } from './loaded-run';
import type { ReportModel } from './model';

/** A probe text of a run, at one of its steps. */
export interface ProbeView {
  readonly run: LoadedRun;
  readonly step: number;
  readonly problem: string;
  readonly question: string;
  readonly tokens: readonly string[];
  readonly u: ArrayLike<number>;
}

/** The texts of a run as they were scored last; `first`: before its first step. */
function probesOf(run: LoadedRun, when: 'first' | 'last' = 'last'): ProbeView[] {
  const event = run.probes.at(when === 'first' ? 0 : -1);
  if (!event) return [];
  return event.rollouts.map(({ problem, question, tokens }, i) => ({
    ...{ run, step: event.step, problem, question, tokens },
    u: rowOf(event.signals, i).u,
  }));
}

/** Problems that some runs were asked, with their texts; runs of one seed and model share them word for word. */
export const probesByProblem = (runs: readonly LoadedRun[]): Map<string, ProbeView[]> =>
  grouped(
    runs.flatMap((run) => probesOf(run)),
    ({ problem }) => problem,
  );

export function probesHtml({ runs }: ReportModel): string {
  const problems = [...probesByProblem(runs)];
  if (problems.length === 0) return '';
  const one = ({ run, step, tokens, u }: ProbeView): string => {
    const spans = tokens.map((token, i) => {
      const tint = tintClass(tintOfU(u[i]));
      return `<span${tint ? ` class="${tint}"` : ''} title="u ${signed(u[i], 3)}">${escapeHtml(token)}</span>`;
    });
    return `<section><h3>${escapeHtml(`${run.name}, step ${step}`)}</h3><p class="tokens">${spans.join(run.separator)}</p></section>`;
  };
  const each = problems.map(
    ([, views]) =>
      `<p class="legend">${escapeHtml(views[0].question)}</p><div class="pair">${views.map(one).join('\n')}</div>`,
  );
  return `<h2>The same text under each run</h2>\n${each.join('\n')}`;
}
