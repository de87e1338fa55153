import type { Plugin } from 'vite';

export const policyInPage: Plugin;
