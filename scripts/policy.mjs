/**
 * What the page may do, as a Content Security Policy: its own scripts, no inline and no eval, requests to itself and the
 * Hub. It stands in the built index.html, so that every static host serves it; scripts/serve.mjs sends it as a header too.
 */

/** The Hub and the hosts its downloads are redirected to. */
const HUB = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co'];

/** The policy; `allow` names further origins that may be asked. `wasm`: for Workers that unpack parquet (snappy is WebAssembly) or pack weights. */
export function policy({ allow = [], wasm = false } = {}) {
  return [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}`,
    "worker-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...HUB, ...allow].join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/**
 * The policy of the Worker that runs Python (src/host/python): WebAssembly, and nothing else. It is given the interpreter's
 * files, asks nobody for anything, loads no further script and starts no Worker.
 */
const PYTHON = "default-src 'none'; script-src 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'";

/** Headers of a response: the policy, no framing, and an origin of its own (COOP, COEP). */
export function headersFor(path, allow) {
  const isPython = /\/assets\/python[\w.-]*\.js$/.test(path);
  const isWorker = /\/assets\/(pack-)?worker[\w.-]*\.js$/.test(path);
  const own = isPython ? PYTHON : policy({ allow, wasm: isWorker });
  return {
    'Content-Security-Policy': `${own}; frame-ancestors 'none'`,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

const meta = (content) => `<meta http-equiv="Content-Security-Policy" content="${content}" />`;

/** Writes the policy into the built index.html. */
export const policyInPage = {
  name: 'policy-in-page',
  apply: 'build',
  transformIndexHtml: (html) => html.replace('<head>', `<head>\n    ${meta(policy())}`),
};

/** The page as it was built, with a policy that allows these origins as well. */
export const withOrigins = (html, allow) => html.replace(meta(policy()), meta(policy({ allow })));
