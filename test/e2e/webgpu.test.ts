/** The ground the page stands on: WebGPU and private files, in a page and in a Worker, in both browsers tests may get. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrowserSource, findBrowser, launchBrowser } from '../setup/browser';

/** Doubles four numbers on the GPU and keeps them in a private file. Runs in the page and in the Worker. */
const DOUBLE = `async function double() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return 'no adapter';
  const device = await adapter.requestDevice();
  const size = 16;
  const values = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  const result = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(values, 0, new Float32Array([1, 2, 3, 4]));
  const code = '@group(0) @binding(0) var<storage, read_write> v: array<f32>;' +
    '@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { v[i] *= 2.0; }';
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const bindings = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: values } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindings);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, result, 0, size);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  const doubled = [...new Float32Array(result.getMappedRange())].join(' ');
  device.destroy();
  const file = await (await navigator.storage.getDirectory()).getFileHandle('doubled', { create: true });
  const writer = await file.createWritable();
  await writer.write(doubled);
  await writer.close();
  return await (await file.getFile()).text();
}`;

let server: Server;
let url: string;

beforeAll(async () => {
  // WebGPU and private files need a secure context, which a local address is and a data: page is not.
  const files: Record<string, [type: string, body: string]> = {
    '/': ['text/html', `<!doctype html><title>WebGPU</title><script>${DOUBLE}</script>`],
    '/worker.js': ['text/javascript', `${DOUBLE}\ndouble().then(postMessage, (error) => postMessage(String(error)));`],
  };
  server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.setHeader('content-type', type);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => server?.close());

describe.each<BrowserSource>(['system', 'package'])('the %s Chromium', (source) => {
  test('computes on the GPU and keeps files, in a page and in a Worker', async (context) => {
    if (!findBrowser(source)) context.skip(`there is no ${source} Chromium on this machine`);
    const browser = await launchBrowser(source);
    try {
      const page = await browser.newPage();
      await page.goto(url);
      expect(await page.evaluate('double()')).toBe('2 4 6 8');
      const inWorker = `new Promise((resolve, reject) => {
        const worker = new Worker('/worker.js');
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      })`;
      expect(await page.evaluate(inWorker)).toBe('2 4 6 8');
    } finally {
      await browser.close();
    }
  });
});
