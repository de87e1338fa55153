import { takeNewer } from '../offline/offline';
import { losesSteps, useLab } from '../state/store';
import type { Action } from './action';

/** Reloads the page as its server has it now. */
export const takeNewerBuild: Action = {
  id: 'take-newer-build',
  label: 'Reload',
  enabled: (state) => state.newer && !losesSteps(state),
  whyNot: (state) => (losesSteps(state) ? 'The run has steps that no checkpoint has: pause it first.' : null),
  async run() {
    const others = await takeNewer();
    if (others > 0)
      useLab.setState({
        problem: `The lab is open in ${others} other ${others === 1 ? 'tab' : 'tabs'}: close ${others === 1 ? 'it' : 'them'} first, so that no two versions are mixed.`,
      });
  },
};
