/** Where the status page lies in the status bucket: one file, which needs no network. */
export const STATUS_PAGE_KEY = 'status/index.html';
