/** WebGPU in a page or a Worker. */
import { type Gpu, openGpu } from './device';

export function openBrowserGpu(): Promise<Gpu> {
  return openGpu(navigator.gpu, 'browser');
}
