import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Tells whether a request may have gone out: whether its connection was there, with TLS set up. Until then Node holds it back,
 * whatever fails meanwhile: a name that is not found, addresses that don't answer, a certificate, a proxy, the caller's patience.
 */
export function watchConnection(outgoing: ClientRequest): () => boolean {
  let mayBeOut = false;
  const setUp = () => {
    mayBeOut = true;
  };
  outgoing.on('socket', (socket) => {
    if (isSettingUp(socket)) socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', setUp);
    else setUp();
  });
  return () => mayBeOut;
}

/** False for one that was used before, or that an agent had set up. */
function isSettingUp(socket: Socket): boolean {
  if (!(socket instanceof TLSSocket)) return socket.connecting;
  // Node has it without documenting it: https://github.com/nodejs/node/blob/main/lib/_tls_wrap.js
  return (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true;
}
