import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { noticesPlugins } from './scripts/notices.mjs';
import { policyInPage } from './scripts/policy.mjs';

const notices = noticesPlugins();

export default defineConfig({
  base: './',
  plugins: [react(), policyInPage, notices.page],
  worker: { format: 'es', plugins: () => [notices.worker] },
  // Names this build: a self-test that passed is remembered for the build that passed it.
  define: { 'import.meta.env.LAB_BUILD': JSON.stringify(new Date().toISOString()) },
  // First imported in the middle of a run: the development server must not reload the page to bundle it then.
  optimizeDeps: { include: ['@cortex-js/compute-engine'] },
  server: { port: 5173, strictPort: false },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200 },
});
