import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Tells whether a request may have been sent. Node sends nothing before the connection is there and TLS is set up. Until then the
 * name, the address, the certificate or the proxy may fail, or the time limit may pass.
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

/** False for a socket that was used before, or that an agent has set up. */
function isSettingUp(socket: Socket): boolean {
  if (!(socket instanceof TLSSocket)) return socket.connecting;
  // Not documented: https://github.com/nodejs/node/blob/main/lib/_tls_wrap.js
  return (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true;
}
