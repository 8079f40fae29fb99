/** The one script of the page: whoever looks at an old page must know that it is old. Without scripts the times stand there. */
import { createHash } from 'node:crypto';

export const STALE_ID = 'stale';

/** Asks again each minute: a page may stay open for days. */
export const PAGE_SCRIPT = `(function () {
  var box = document.getElementById('${STALE_ID}');
  function age(ms) {
    var hours = Math.floor(ms / 3600000);
    if (hours < 1) return Math.floor(ms / 60000) + ' minutes';
    if (hours < 48) return hours + (hours === 1 ? ' hour' : ' hours');
    return Math.floor(hours / 24) + ' days';
  }
  function look() {
    var now = Date.now();
    if (!(now > Date.parse(box.dataset.nextBy))) return;
    box.querySelector('span').textContent = 'This page is ' + age(now - Date.parse(box.dataset.madeAt)) +
      ' old: the monitor is silent, believe nothing on it.';
    if (box.hidden) document.title = 'OLD: ' + document.title;
    box.hidden = false;
  }
  look();
  setInterval(look, 60000);
})();`;

/** Allows this script and styles of the page's own; nothing is fetched, sent or framed. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  `script-src 'sha256-${createHash('sha256').update(PAGE_SCRIPT).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
