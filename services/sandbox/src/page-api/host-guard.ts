import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './http-error.ts';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Refuses requests that another web site makes a browser send: with another host name than loopback or `names` (DNS
 * rebinding), from another origin (CSRF), or embedded in another site. Clients that are no browsers send no such headers.
 */
export function guardHost(app: FastifyInstance, names: string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' });
    const allowed = [...LOOPBACK_NAMES.map((name) => `${name}:${request.socket.localPort}`), ...names];
    const host = request.headers.host ?? '';
    if (!allowed.includes(host)) {
      throw new HttpError(403, `The sandbox answers only to ${allowed.join(', ')}.`);
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${host}`) throw foreign();
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensPage(request)) throw foreign();
  });
}

/** Another site may have a link to the page. */
function opensPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && request.url === '/' && request.headers['sec-fetch-mode'] === 'navigate';
}

function foreign(): HttpError {
  return new HttpError(403, 'The sandbox takes requests only from its own page, not from other web sites.');
}
