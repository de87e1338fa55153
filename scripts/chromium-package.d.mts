export const root: string;
export const cache: string;
export function unpackSwiftshader(): string | null;
export function unpackChromium(): { executablePath: string; env: Record<string, string> } | null;
