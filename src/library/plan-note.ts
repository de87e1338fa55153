/** What command line and page say under a memory plan; a file of its own, so that the page does not load the planner for it. */

/** Why a plan's KV cache can be nothing. */
export const CACHE_NOTE =
  'A run’s KV cache lies in the memory of its activations as far as it fits; what is counted as cache is the rest.';
