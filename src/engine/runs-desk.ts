/** The stored runs for the page, without a device: listed, shown again, compared, named, taken away, taken in, deleted. */
import { givenRun, type LoadedRun, loadedRun } from '../report/loaded-run';
import { damagedWords } from '../runs/continue-run';
import { runsIn } from '../runs/run-archive';
import { LOG } from '../runs/stored-log';
import type { StoredRuns } from '../runs/stored-runs';
import type { Ask, Compared, News } from './protocol';
import type { Handlers } from './service';

type RunsCommand = 'list-runs' | 'load-run' | 'pack-run' | 'take-runs' | 'say-of-run' | 'compare-runs' | 'delete-run';

export class RunsDesk {
  constructor(
    private readonly stored: StoredRuns,
    private readonly tell: (news: News) => void,
  ) {}

  readonly handlers: Handlers<RunsCommand> = {
    'list-runs': () => this.stored.list(),
    'load-run': async ({ run }) => {
      const { events, damaged } = await this.stored.load(run);
      if (damaged.length > 0) this.tell({ type: 'problem', message: damagedWords(damaged) });
      return events;
    },
    'pack-run': ({ run }) => this.stored.pack(run),
    'take-runs': async ({ files }) => {
      for (const given of await runsIn(files)) await this.stored.takeIn(given);
      return this.stored.list();
    },
    'say-of-run': async ({ run, about }) => {
      await this.stored.say(run, about);
      return this.stored.list();
    },
    'compare-runs': (ask) => this.compare(ask),
    'delete-run': async ({ run }) => {
      await this.stored.remove(run);
      return this.stored.list();
    },
  };

  private async compare({ runs, files }: Ask<'compare-runs'>): Promise<Compared> {
    const found: LoadedRun[] = [];
    const leftOut: string[] = [];
    const add = (name: string, run: LoadedRun | null): void => {
      if (run && run.steps.length > 0) found.push(run);
      else leftOut.push(`${name}: no run of reinforcement learning, or without a step`);
    };
    for await (const [id, told] of this.stored.compared(runs)) add(id, loadedRun(id, told));
    const others = files.length > 0 ? await runsIn(files) : [];
    for (const { name, files: own } of others) {
      const log = own.find(({ path }) => path === LOG);
      add(name, log ? await givenRun(name, log) : null);
    }
    return { runs: found, leftOut };
  }
}
