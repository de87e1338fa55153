/** What went wrong, as the lab says it: in English, whatever the lesson's language. Nothing where nothing did. */
export function Failure({ why }: { why: string | null }) {
  if (!why) return null;
  return (
    <p role="alert" lang="en">
      {why}
    </p>
  );
}
