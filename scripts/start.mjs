/**
 * `npm start`: installs what is missing, builds the lab where its sources changed, serves it and prints its address.
 * `npm run preview` serves what `npm run build` made, and builds nothing.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installMissing } from './install.mjs';

const USAGE = `npm start -- [--port 5173] [--host] [--allow ORIGIN …] [--base /lab/]
  --host    reachable from other machines: anyone in this network can open the page; WebGPU needs https there
  --allow   a host besides the Hub that the page may load models from, e.g. https://models.example.org
  --base    the path to serve it under, as a project's page on the web has one`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { port, host, allow, base, asBuilt } = readArguments();
installMissing(root);
const { buildWhereStale, serveBuilt } = await import('./serve.mjs');
if (!asBuilt) buildWhereStale(() => console.log('Building the page …'));
else if (!existsSync(join(root, 'dist/index.html'))) {
  console.error('There is nothing in dist/ yet: npm run build makes it.');
  process.exit(2);
}
const server = await serveBuilt({ port, host, allow, base });
console.log('\nAntiSD Lab is ready. Open this address in a browser with WebGPU (Chrome, Edge, Safari 26, Firefox):\n');
for (const url of [...server.resolvedUrls.local, ...server.resolvedUrls.network]) console.log(`  ${url}`);
if (host)
  console.log('\nIt is open to other machines of this network. They get the page, and nothing of this machine.');

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        host: { type: 'boolean' },
        allow: { type: 'string', multiple: true },
        base: { type: 'string' },
        'as-built': { type: 'boolean' },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
      throw new Error(`--port ${values.port} is no port. Give a number from 1 to 65535.`);
    const { base = '/', host } = values;
    if (!/^\/([\w.-]+\/)*$/.test(base))
      throw new Error(`--base ${base} is no path. It begins and ends with a slash: /lab/.`);
    return { port, host, base, asBuilt: values['as-built'], allow: (values.allow ?? []).map(originOf) };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

function originOf(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, ''))
    throw new Error(`--allow ${text} is no origin. Give scheme and host, such as https://models.example.org.`);
  return url.origin;
}
