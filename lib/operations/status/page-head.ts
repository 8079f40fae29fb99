/** How every page of ours begins: nothing is fetched, in light and dark. Pure. */
import { Html, html } from './html';
import { PAGE_STYLE } from './page-style';

/** @param policy of the page's content: trusted, it is not escaped */
export function pageHead(title: string, policy: string): Html {
  return html`<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${new Html(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <style>
      ${new Html(PAGE_STYLE)}
    </style>
  </head>`;
}
