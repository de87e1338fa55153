/** Before the end-to-end tests: the page is built where its sources changed, once, whatever number of processes open it. */
import { buildWhereStale } from '../../scripts/serve.mjs';

export default (): void => void buildWhereStale();
