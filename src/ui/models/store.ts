/** What the page knows of models: those it can offer, what is being opened, and what a model takes. */
import { create } from 'zustand';
import type { Refusal } from '../../engine/model-messages';
import type { LabMessage } from '../../engine/protocol';
import type { ModelPlan } from '../../library/memory-plan';
import type { Dropped, HubAccess } from '../../library/model-shelf';
import type { CachedModel } from '../../library/sources/cache';
import { HUB } from '../../library/sources/hub-id';
import type { LoadProgress } from '../../library/sources/progress';

export interface ModelsState {
  /** Downloaded models; null until the Worker has said. */
  cached: readonly CachedModel[] | null;
  dropped: readonly Dropped[];
  /** Where Hub ids lead. The token is in memory only. */
  access: HubAccess;
  /** Names of models that the person chose or typed in this visit: only for these is another host asked. */
  confirmed: readonly string[];
  /** What is being opened, and how far it is; `opening` keeps its name. */
  loading: LoadProgress | null;
  opening: string;
  /** What the Worker was asked to look at last, and what came of it. */
  described: {
    readonly id: number;
    readonly name: string;
    /** Of an earlier setting while a newer one is being planned. */
    readonly plan: ModelPlan | null;
    readonly refused: Refusal | null;
    readonly waiting: boolean;
  } | null;
  /** Why something could not be had; `name` is the model that was being opened, empty where none was. */
  refused: (Refusal & { readonly name: string }) | null;
  /** Why downloads are kept in memory only, once that is so. */
  inMemory: string | null;
  /** What is wrong with the Hub's address as it was typed. */
  hubProblem: string | null;
  /** The adapter's memory as the person gave it, in GB. */
  memory: string;
}

export const NO_MODELS: ModelsState = {
  cached: null,
  dropped: [],
  access: { endpoint: HUB, token: null },
  confirmed: [],
  loading: null,
  opening: '',
  described: null,
  refused: null,
  inMemory: null,
  hubProblem: null,
  memory: '',
};

export const useModels = create<ModelsState>(() => NO_MODELS);

/** The state after a frame's messages; the same object where all were about other things, so that nothing is drawn again. */
export function afterMessages(state: ModelsState, messages: readonly LabMessage[]): ModelsState {
  let now = state;
  for (const message of messages) {
    const patch = afterMessage(now, message);
    if (patch) now = { ...now, ...patch };
  }
  return now;
}

function afterMessage(state: ModelsState, message: LabMessage): Partial<ModelsState> | null {
  switch (message.type) {
    case 'models':
      return { cached: message.models };
    case 'loading':
      if (!message.progress) return { loading: null };
      return {
        loading: message.progress,
        opening: message.name,
        refused: null,
        inMemory: message.progress.download?.inMemory ?? state.inMemory,
      };
    case 'described': {
      const { described } = state;
      if (described?.id !== message.id) return null;
      const { outcome } = message;
      return {
        described: {
          ...described,
          waiting: false,
          plan: 'plan' in outcome ? outcome.plan : null,
          refused: 'refused' in outcome ? outcome.refused : null,
        },
      };
    }
    case 'problem':
      if (!message.kind) return null;
      return { refused: { message: message.message, kind: message.kind, name: state.opening }, opening: '' };
    case 'event': {
      // A run is open: what goes wrong from here on is about nothing that was being opened.
      const begun = message.event.type === 'start' || message.event.type === 'sft-start';
      return begun ? { opening: '' } : null;
    }
    default:
      return null;
  }
}

/** The adapter's memory in bytes, or null where it was not given. */
export function memoryOf({ memory }: Pick<ModelsState, 'memory'>): number | null {
  const gigabytes = Number(memory.replace(',', '.'));
  return memory.trim() !== '' && gigabytes > 0 ? gigabytes * 1e9 : null;
}

/** Whether a model can be looked at without asking another host, or the person wanted it asked. */
export const mayLook = (state: Pick<ModelsState, 'confirmed' | 'dropped'>, name: string): boolean =>
  name === 'nano' || name.startsWith('dropped:') || state.confirmed.includes(name);
