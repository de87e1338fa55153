import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { addressInPage } from './scripts/address.mjs';
import { firstScreen } from './scripts/first-screen.mjs';
import { formulasPlugin } from './scripts/formulas.mjs';
import { noticesPlugins } from './scripts/notices.mjs';
import { offlinePlugins } from './scripts/offline.mjs';
import { policyInPage } from './scripts/policy.mjs';

const notices = noticesPlugins();
/** Names this build: a self-test that passed is remembered for it, and no file of another is mixed with its own. */
const build = new Date().toISOString();

/** Python is large, and only answers that are code ask for it: it is kept for offline use once it was used. */
const PYTHON = ['assets/pyodide', 'assets/python_stdlib'];

export default defineConfig({
  base: './',
  plugins: [
    react(),
    formulasPlugin,
    policyInPage,
    addressInPage(),
    notices.page,
    firstScreen(),
    offlinePlugins({ build, later: PYTHON }),
  ],
  worker: { format: 'es', plugins: () => [notices.worker] },
  define: { 'import.meta.env.LAB_BUILD': JSON.stringify(build) },
  // First imported in the middle of a run: the development server must not reload the page to bundle it then.
  optimizeDeps: { include: ['@cortex-js/compute-engine'] },
  server: { port: 5173, strictPort: false },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200 },
});
