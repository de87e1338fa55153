/** `npm start`: installs what is missing, builds the lab where its sources changed, serves it and prints its address. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installMissing } from './install.mjs';

const USAGE = `npm start -- [--port 5173] [--host] [--allow ORIGIN …]
  --host    reachable from other machines: anyone in this network can open the page; WebGPU needs https there
  --allow   a host besides the Hub that the page may load models from, e.g. https://models.example.org`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { port, host, allow } = readArguments();
installMissing(root);
const { buildWhereStale, serveBuilt } = await import('./serve.mjs');
buildWhereStale(() => console.log('Building the page …'));
const server = await serveBuilt({ port, host, allow });
console.log('\nAntiSD Lab is ready. Open this address in a browser with WebGPU (Chrome, Edge, Safari 26, Firefox):\n');
for (const url of [...server.resolvedUrls.local, ...server.resolvedUrls.network]) console.log(`  ${url}`);
if (host)
  console.log('\nIt is open to other machines of this network. They get the page, and nothing of this machine.');

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, host: { type: 'boolean' }, allow: { type: 'string', multiple: true } },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
      throw new Error(`--port ${values.port} is no port. Give a number from 1 to 65535.`);
    return { port, host: values.host, allow: (values.allow ?? []).map(originOf) };
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
