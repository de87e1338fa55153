/**
 * LAB_URL, where a build knows it: `LAB_URL=https://someone.github.io/lab/ npm run build`. The page itself works under any
 * address; sites that show a link's picture mostly want that picture's address whole.
 */
export function addressInPage(address = process.env.LAB_URL) {
  const url = address ? new URL(address.replace(/\/*$/, '/')).href : null;
  return {
    name: 'address-in-page',
    apply: 'build',
    transformIndexHtml: (html) =>
      url
        ? html
            .replace('content="./preview.jpg"', `content="${url}preview.jpg"`)
            .replace(
              '</title>',
              `</title>\n    <link rel="canonical" href="${url}" />\n    <meta property="og:url" content="${url}" />`,
            )
        : html,
  };
}
