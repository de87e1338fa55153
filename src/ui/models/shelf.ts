/** What was dropped, who asks the Hub, and which models may be looked at. */
import type { HubAccess } from '../../library/model-shelf';
import { classify } from '../../library/sources/classify';
import type { PlacedFile } from '../../library/sources/dropped';
import { tellAll } from '../engine';
import { groups } from './gather';
import { useModels } from './store';

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
      tellAll({ type: 'drop', files: group });
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
  tellAll({ type: 'access', access: useModels.getState().access });
}

/** The person chose this model, or these data: their source may be asked. */
export function confirmName(name: string): void {
  useModels.setState(({ confirmed }) => ({ confirmed: confirmed.includes(name) ? confirmed : [...confirmed, name] }));
}
