/** Starts the Worker in between, as the page starts the lab's engine, and shows what it says as the page's text. */
const outer = new Worker(new URL('./outer.ts', import.meta.url), { type: 'module' });
outer.onmessage = ({ data }: MessageEvent<string>) => {
  document.body.textContent = data;
};
outer.onerror = (event) => {
  document.body.textContent = `error: ${event.message}`;
};
