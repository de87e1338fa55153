import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  // First imported in the middle of a run: the development server must not reload the page to bundle it then.
  optimizeDeps: { include: ['@cortex-js/compute-engine'] },
  server: { port: 5173, strictPort: false },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200 },
});
