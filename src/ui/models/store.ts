/** What the page knows of models: those it can offer, what is being opened, and what a model takes. */
import { create } from 'zustand';
import { taskOfModel } from '../../data/tasks';
import type { Failure } from '../../engine/protocol';
import type { ModelPlan } from '../../library/memory-plan';
import type { Dropped, HubAccess } from '../../library/model-shelf';
import type { CachedModel } from '../../library/sources/cache';
import { HUB } from '../../library/sources/hub-id';
import type { LoadProgress } from '../../library/sources/progress';
import { isHere } from '../../library/task-names';

export interface ModelsState {
  /** Downloaded models; null until the Worker has said. */
  cached: readonly CachedModel[] | null;
  dropped: readonly Dropped[];
  /** Where Hub ids lead. The token is in memory only. */
  access: HubAccess;
  /** Names of models and data that the person chose or typed in this visit: only for these is another host asked. */
  confirmed: readonly string[];
  /** What is being opened, and how far it is. */
  loading: LoadProgress | null;
  /** What the Worker was asked to look at last, and what came of it. */
  described: {
    readonly name: string;
    /** Of an earlier setting while a newer one is being planned. */
    readonly plan: ModelPlan | null;
    readonly refused: Failure | null;
    readonly waiting: boolean;
  } | null;
  /** Why something could not be had; it can be tried `again` where a model was being opened. */
  refused: (Failure & { readonly again: boolean }) | null;
  /** Why downloads are kept in memory only, once that is so. */
  notice: string | null;
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
  described: null,
  refused: null,
  notice: null,
  hubProblem: null,
  memory: '',
};

export const useModels = create<ModelsState>(() => NO_MODELS);

/** What is being opened, as far as it is: what was refused before is forgotten. */
export const afterProgress = ({ notice }: ModelsState, loading: LoadProgress): Partial<ModelsState> => ({
  loading,
  refused: null,
  notice: loading.download?.inMemory ?? loading.download?.unchecked ?? notice,
});

/** The adapter's memory in bytes, or null where it was not given. */
export function memoryOf({ memory }: Pick<ModelsState, 'memory'>): number | null {
  const gigabytes = Number(memory.replace(',', '.'));
  return memory.trim() !== '' && gigabytes > 0 ? gigabytes * 1e9 : null;
}

/** Whether a model can be looked at without asking another host, or the person wanted it asked. */
export const mayLook = (state: Pick<ModelsState, 'confirmed' | 'dropped'>, name: string): boolean =>
  taskOfModel(name) !== null || name.startsWith('dropped:') || state.confirmed.includes(name);

/** The same of problems and examples. */
export const mayRead = ({ confirmed }: Pick<ModelsState, 'confirmed'>, data: string): boolean =>
  isHere(data) || confirmed.includes(data);

/** The host that a name leads to. */
export const hostOf = ({ access }: Pick<ModelsState, 'access'>, name: string): string =>
  new URL(/^https?:/i.test(name) && URL.canParse(name) ? name : access.endpoint).host;
