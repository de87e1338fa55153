/** Asks the judge from inside a Worker, as the lab's engine does, and shows the verdicts as the page's text. */
const outer = new Worker(new URL('./outer.ts', import.meta.url), { type: 'module' });
outer.onmessage = ({ data }: MessageEvent<string>) => {
  document.body.textContent = data;
};
outer.onerror = (event) => {
  document.body.textContent = `error: ${event.message}`;
};
