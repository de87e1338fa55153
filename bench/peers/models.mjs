/** The models of docs/benchmarks.md, and one for a quick look at the losses. */
export const MODELS = {
  nano: { config: { C: 96, L: 3, H: 3, F: 256, V: 126 }, sequences: 32, length: 64, batches: [8, 32], newTokens: 16 },
  small: { config: { C: 256, L: 4, H: 4, F: 768, V: 4096 }, sequences: 8, length: 128, batches: [8], newTokens: 16 },
  tiny: { config: { C: 16, L: 1, H: 2, F: 32, V: 20 }, sequences: 2, length: 8, batches: [2], newTokens: 4 },
};
