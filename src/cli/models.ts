/** `models`: what is in the cache of downloaded models; downloads into it and removals from it. */
import type { CachedModel, ModelCache } from '../lab/sources/cache';
import { cacheFolder, hubOptions } from '../lab/sources/cache.node';
import { hubSource, sizeText } from '../lab/sources/hub';
import type { DownloadProgress } from '../lab/sources/progress';
import { bytesText, SourceError } from '../lab/sources/source-error';
import { clock, defineCommand, EXIT } from './command';

export const models = defineCommand({
  name: 'models',
  summary: 'models downloaded from the Hub: list, download, remove',
  details:
    'Ctrl-C stops a download; the same command goes on where it stopped. ANTISD_LAB_CACHE: the cache’s folder.\n' +
    'HF_TOKEN: a token for gated and private models. HF_ENDPOINT: a mirror of the Hub.',
  flags: {
    download: {
      kind: 'text',
      doc: 'org/name, org/name@REVISION, org/name:Q4_K_M or org/name/FILE.gguf',
      placeholder: 'ID',
    },
    remove: { kind: 'text', doc: 'org/name, or org/name@REVISION for one of its revisions', placeholder: 'ID' },
    json: { kind: 'boolean', doc: 'print the list as JSON' },
  },
  async run(flags) {
    const options = hubOptions();
    const { cache } = options;
    if (!cache) throw new Error('Node has a cache.');
    if (flags.remove !== undefined) {
      const freed = await cache.remove(flags.remove);
      process.stderr.write(`Removed ${flags.remove}; ${bytesText(freed)} freed.\n`);
    }
    if (flags.download !== undefined) return download(flags.download, cache);
    if (flags.remove === undefined) await list(cache, flags.json);
    return EXIT.done;
  },
});

async function list(cache: ModelCache, json: boolean): Promise<void> {
  const all = await cache.list();
  if (json) {
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  if (all.length === 0) {
    process.stderr.write(
      `No models in ${cacheFolder()}. Download one: npm run lab -- models --download Qwen/Qwen3-0.6B\n`,
    );
    return;
  }
  const width = Math.max(...all.map((model) => nameOf(model).length), 'model'.length) + 2;
  const line = (a: string, b: string, c: string, d: string) =>
    `${a.padEnd(width)}${b.padEnd(14)}${c.padStart(10)}  ${d}\n`;
  process.stdout.write(line('model', 'commit', 'size', 'date'));
  for (const model of all) {
    const state = model.complete ? '' : '  unfinished';
    const date = model.date.toISOString().slice(0, 10);
    process.stdout.write(line(nameOf(model), model.sha.slice(0, 12), bytesText(model.bytes), date + state));
  }
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  process.stderr.write(`${bytesText(total)} in ${cacheFolder()}\n`);
}

function nameOf({ id, revisions }: CachedModel): string {
  const named = revisions.filter((revision) => !/^[0-9a-f]{40}$/.test(revision));
  return named.length === 0 || named.includes('main') ? id : `${id}@${named[0]}`;
}

/** Downloads what the model needs. Prints the commit's folder to stdout, for scripts. */
async function download(id: string, cache: ModelCache): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.stopped);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const line = new ProgressLine();
  try {
    const source = await hubSource(id, {
      ...hubOptions(),
      cache,
      signal: stop.signal,
      onProgress: (p) => line.show(p),
    });
    process.stderr.write(
      `${source.id}@${source.revision} is commit ${source.sha.slice(0, 12)}: ${source.needed.length} files, ${sizeText(source)}${source.offline ? ' (the Hub cannot be reached; this is what the cache knows)' : ''}\n`,
    );
    await source.download();
    line.end();
    if (line.inMemory !== null) {
      // A download that is gone with the process has failed.
      throw new SourceError(
        'storage',
        'The model could not be stored',
        cacheFolder(),
        'Make room (npm run lab -- models lists what is here, --remove ID removes), or set ANTISD_LAB_CACHE to a folder with room.',
      );
    }
    process.stdout.write(`${cacheFolder()}/${cache.commit(source.id, source.sha).path('').replace(/\/$/, '')}\n`);
    return EXIT.done;
  } catch (error) {
    line.end();
    if (!(error instanceof SourceError) || error.kind !== 'cancelled') throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.stopped;
  }
}

/** Progress on one line of a terminal; in a log, a line for each file and each tenth. */
class ProgressLine {
  private last = '';
  private open = false;
  /** Why nothing is stored, once that is so. */
  inMemory: string | null = null;

  show(p: DownloadProgress): void {
    if (p.inMemory && this.inMemory === null) {
      this.inMemory = p.inMemory;
      this.end();
      process.stderr.write(`${p.inMemory}\n`);
    }
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${this.text(p).slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
      this.open = true;
      return;
    }
    const tenth = p.size ? Math.floor((10 * p.received) / p.size) : 0;
    const mark = `${p.state} ${p.file} ${p.state === 'downloading' ? tenth : ''}`;
    if (mark === this.last) return;
    this.last = mark;
    process.stderr.write(`${this.text(p)}\n`);
  }

  private text(p: DownloadProgress): string {
    const of =
      p.totalSize === null
        ? ''
        : ` of ${bytesText(p.totalSize)} (${((100 * p.totalReceived) / Math.max(1, p.totalSize)).toFixed(0)} %)`;
    const head = `${p.file}: ${bytesText(p.totalReceived)}${of}`;
    if (p.state === 'waiting') return `${p.file}: waiting for another process that downloads this model`;
    if (p.state === 'checking') return `${head}, checking what is here`;
    if (p.state === 'retrying') return `${head}, trying again: ${p.reason}`;
    if (p.state === 'done' || p.rate <= 0) return head;
    const left = p.totalSize === null ? '' : `, ${clock((p.totalSize - p.totalReceived) / p.rate)} left`;
    return `${head}, ${bytesText(Math.round(p.rate))}/s${left}`;
  }

  /** Ends the line, so that what is written next begins a new one. */
  end(): void {
    if (this.open) process.stderr.write('\n');
    this.open = false;
  }
}
