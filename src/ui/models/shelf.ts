/** What was dropped and who asks the Hub, told to every Worker of the page: each has a shelf of its own. */
import type { HubAccess } from '../../library/model-shelf';
import { classify } from '../../library/sources/classify';
import type { PlacedFile } from '../../library/sources/dropped';
import { groups } from './gather';
import { useModels } from './store';

/** A Worker's side of it. */
export interface Shelf {
  drop(files: readonly PlacedFile[]): void;
  access(access: HubAccess): void;
}

const shelves: Shelf[] = [];
const drops: (readonly PlacedFile[])[] = [];

/** From now on this Worker hears of drops and of the token, and of what was dropped before. */
export function attachShelf(shelf: Shelf): void {
  shelves.push(shelf);
  for (const files of drops) shelf.drop(files);
  shelf.access(useModels.getState().access);
}

/** Something that was dropped, by its name on every shelf. */
export type Taken = { readonly kind: 'model' | 'adapter' | 'data'; readonly name: string };

/** Takes files in. Gives what they are, in order, and in words what could not be used. */
export function takeFiles(files: readonly PlacedFile[]): { taken: Taken[]; problem: string | null } {
  const taken: Taken[] = [];
  const problems: string[] = [];
  for (const group of groups(files)) {
    try {
      const { kind, name, bytes } = classify(group);
      useModels.setState(({ dropped }) => ({
        dropped: [...dropped.filter((d) => d.name !== name), { kind, name, bytes }],
      }));
      drops.push(group);
      for (const shelf of shelves) shelf.drop(group);
      taken.push({ kind, name });
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { taken, problem: problems.length > 0 ? problems.join(' ') : null };
}

/** Another Hub, or a token for it. */
export function changeAccess(patch: Partial<HubAccess>): void {
  useModels.setState(({ access }) => ({ access: { ...access, ...patch } }));
  for (const shelf of shelves) shelf.access(useModels.getState().access);
}

/** The person chose this model: its source may be asked. */
export function confirmModel(name: string): void {
  useModels.setState(({ confirmed }) => ({ confirmed: confirmed.includes(name) ? confirmed : [...confirmed, name] }));
}
