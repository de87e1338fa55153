/** The recordings that come with the page, in recorded/. */

/** A file of them; `what` begins the sentence that says that it did not come. Throws Error. */
export async function recording(file: string, what: string): Promise<Response> {
  const response = await fetch(`./recorded/${file}`);
  if (!response.ok) throw new Error(`${what} did not come (${response.status}).`);
  return response;
}
