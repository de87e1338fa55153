import { HUB, hubEndpoint } from '../../library/sources/hub-id';
import { changeAccess } from '../models/shelf';
import { useModels } from '../models/store';
import { remembered } from '../remembered';

const KEY = 'antisd-lab.hub';

/** Hub ids lead to this address from now on; empty is the Hub itself. Remembered in this browser. */
export function chooseHub(address: string): void {
  try {
    const endpoint = hubEndpoint(address.trim() || HUB);
    if (endpoint !== useModels.getState().access.endpoint) changeAccess({ endpoint });
    useModels.setState({ hubProblem: null });
    if (endpoint === HUB) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, endpoint);
  } catch (error) {
    useModels.setState({ hubProblem: error instanceof Error ? error.message : String(error) });
  }
}

/** The address that was remembered, at the page's start. */
export function rememberedHub(): void {
  const address = remembered(KEY);
  if (address) chooseHub(address);
}
