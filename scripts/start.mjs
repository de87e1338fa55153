/** `npm start`: installs what is missing, serves the lab and prints its address. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { createServer } = await import('vite');
const server = await createServer({ root });
await server.listen();
console.log('\nAntiSD Lab is ready. Open this address in a browser with WebGPU (Chrome, Edge, Safari 26, Firefox):\n');
server.printUrls();
