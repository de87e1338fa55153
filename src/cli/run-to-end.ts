/** A run's loop, headless: to its end, or to a Ctrl-C, which saves it; a fault is stored before it ends the command. */
import type { Gpu } from '../gpu/device';
import type { Files } from '../host/files';
import type { TrainingRun } from '../runs/training-run';
import { EXIT, type stopSignal } from './command';

interface Host {
  /** Names the command that resumes the run. */
  readonly command: string;
  readonly gpu: Gpu;
  readonly files: Files;
  readonly stop: ReturnType<typeof stopSignal>;
}

/** Gives the exit code. Rejects with the fault that ended the run. */
export async function runToEnd(run: TrainingRun, { command, gpu, files, stop }: Host): Promise<number> {
  process.stderr.write(`${gpu.adapter.name}; ${files.where}\n`);
  try {
    while (!run.finished) {
      await run.next();
      if (stop.requested && !run.finished) {
        await run.checkpoint();
        await run.finish('stopped');
        process.stderr.write(
          `Stopped and saved at step ${run.step}. Continue: npm run lab -- ${command} --resume ${files.where}\n`,
        );
        return EXIT.stopped;
      }
    }
    await run.finish('finished');
    process.stderr.write(`Done: ${files.where}/final\n`);
    return EXIT.done;
  } catch (error) {
    run.fault(error);
    process.stderr.write(`The run stopped at step ${run.step}; its checkpoints are in ${files.where}.\n`);
    throw error;
  }
}
