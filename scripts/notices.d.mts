import type { Plugin } from 'vite';

export const NOTICES: string;
export function noticesPlugins(): { page: Plugin; worker: Plugin };
export function noticesOf(folders: readonly string[]): string;
