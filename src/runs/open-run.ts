/** Runs by their configuration: what each kind needs, and how it is opened on a device, at its beginning or at a held step. */
import type { SymbolicJudge } from '../data/maths';
import type { Gpu } from '../gpu/device';
import type { DeviceReport } from '../kernels/device-report';
import { openConversations } from '../library/open-conversations';
import type { LoadedModel } from '../library/open-model';
import { openTask } from '../library/open-task';
import type { OnLoaded } from '../model/net/parameters';
import { parseTrainConfig, type TrainConfig } from '../settings/config';
import { isSftConfig, parseSftConfig, type SftConfig } from '../settings/settings-sft';
import type { RunLogOptions } from './run-log';
import { Session, type SessionState } from './session';
import { SftRun, type SftState } from './sft';
import { examplesFor } from './sft-examples';
import type { Resume, TrainingRun } from './training-run';

/** Where a host finds what a configuration names. */
export interface RunSources {
  model(name: string): Promise<LoadedModel>;
  /** A file of problems or examples; null where there is none of this name. */
  file(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** A second opinion on answers that the exact verifier calls wrong. */
  readonly symbolic?: SymbolicJudge;
}

/** What a run is opened on. */
export interface RunPlace extends RunLogOptions {
  gpu: Gpu;
  device: DeviceReport;
  /** How far loading the weights is, in values; what it throws ends the opening. */
  onLoaded?: OnLoaded;
}

export type RunConfig = TrainConfig | SftConfig;

/** A run whose model and data are found. */
export interface PreparedRun {
  readonly config: RunConfig;
  /** Names its folder: the arm, or "sft". */
  readonly label: string;
  /**
   * `config` where settings were changed meanwhile. Throws OutOfMemory, and DamagedCheckpoint where `from` is one; then
   * nothing stays allocated.
   */
  open(place: RunPlace, config?: unknown, from?: Resume<unknown>): Promise<TrainingRun>;
}

/** Checks a configuration and finds what it names. Throws BadInput. */
export async function prepareRun(partial: object, sources: RunSources): Promise<PreparedRun> {
  return isSftConfig(partial)
    ? supervised(parseSftConfig(partial, 'settings'), sources)
    : reinforced(parseTrainConfig(partial, 'settings'), sources);
}

async function reinforced(config: TrainConfig, sources: RunSources): Promise<PreparedRun> {
  const model = await sources.model(config.model);
  const { maxNewTokens, thinking, wording, solutionTokens, contextLength } = config;
  const asked = { maxNewTokens, thinking, wording, solutionTokens, contextLength };
  const task = await openTask(
    config.task,
    { ...asked, model, tokenizer: model.text, symbolic: sources.symbolic },
    sources.file,
  );
  return {
    config,
    label: config.arm,
    open: (place, changed, from) =>
      Session.open({
        ...place,
        model,
        task,
        config: (changed as TrainConfig | undefined) ?? config,
        alternatives: true,
        resume: from as Resume<SessionState> | undefined,
      }),
  };
}

async function supervised(config: SftConfig, sources: RunSources): Promise<PreparedRun> {
  const model = await sources.model(config.model);
  const conversations = await openConversations(config.data, sources.file);
  const examples = examplesFor(model, conversations, config.data, config.maxLength);
  return {
    config,
    label: 'sft',
    open: (place, _, from) =>
      SftRun.open({
        ...place,
        model,
        examples,
        config,
        watched: true,
        resume: from as Resume<SftState> | undefined,
      }),
  };
}
