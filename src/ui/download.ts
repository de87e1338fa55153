/** Offers bytes or text as a file; nothing leaves the machine. */
export const download = (name: string, content: Uint8Array<ArrayBuffer> | string, type: string): void =>
  downloadBlob(name, new Blob([content], { type }));

export function downloadBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Revoked later: some browsers read the address only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
