/** The inspector: one problem, one response, every token's signal. */
export default function InspectorPage() {
  return <main aria-label="Inspector" />;
}
