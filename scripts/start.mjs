/** `npm start`: installs what is missing, serves the lab and prints its address. Arguments: --port N, --host. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installMissing } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { port, host } = readArguments();
const { createServer } = await import('vite');
const server = await createServer({ root, server: { ...(port ? { port } : {}), ...(host ? { host: true } : {}) } });
await server.listen();
console.log('\nAntiSD Lab is ready. Open this address in a browser with WebGPU (Chrome, Edge, Safari 26, Firefox):\n');
server.printUrls();

function readArguments() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'boolean' } } });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
      throw new Error(`--port ${values.port} is no port. Give a number from 1 to 65535.`);
    return { port, host: values.host };
  } catch (error) {
    console.error(`${error.message}\nnpm start -- [--port 5173] [--host]   (--host: reachable from other machines)`);
    process.exit(2);
  }
}
