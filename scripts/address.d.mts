import type { Plugin } from 'vite';

export function addressInPage(address?: string): Plugin & { transformIndexHtml(html: string): string };
