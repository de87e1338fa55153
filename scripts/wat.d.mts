/** The WebAssembly that pack.wat becomes. */
export function assembled(): Promise<Buffer>;
