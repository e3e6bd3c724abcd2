/**
 * The browser host: the engine behind a page on loopback. `main.ts` joins it to the real program;
 * `options.ts`, `data-folder.ts`, `open-browser.ts` and `loopback.ts` are what it needs of the machine;
 * `run.ts` is one run from start to end, `opening.ts` the browser that it starts, `page-of-run.ts` the
 * page as it is served; `server.ts` answers requests, each judged first by `request-guard.ts` with the
 * secrets of `credentials.ts`, and hands over the WebSockets of `web-socket-channel.ts`, a page's once
 * `page-proof.ts` has seen its key.
 */
export { startFromCommandLine, startHost } from './main.ts';
export { parseOptions, type HostOptions } from './options.ts';
