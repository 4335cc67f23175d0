import type { Peer } from './tls.ts';

/** What error codes of Node's TLS mean, and what to do. `SERVER` stands for AMQP or REDIS. */
const MEANINGS: [code: RegExp, advice: string][] = [
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/,
    'the certificate of the server is not signed by a CA that is trusted here: set SERVER_CA_FILE to the certificate of its CA',
  ],
  [
    /CERT_(HAS_EXPIRED|NOT_YET_VALID)/,
    "the certificate of the server is not valid at this time: renew it, or set this machine's clock",
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'the certificate of the server is not for the host in SERVER_URL: name a host that it is for',
  ],
  [
    /ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|DECRYPT)/,
    'the server asks for a certificate of the client, or refuses the one it got: set SERVER_CERT_FILE and SERVER_KEY_FILE to one ' +
      'that it takes',
  ],
  [
    /ERR_SSL_(WRONG_VERSION|PACKET_LENGTH|UNKNOWN_PROTOCOL)|^EPROTO/,
    'the server does not speak TLS at this port: see the port and the scheme of SERVER_URL',
  ],
];

/** What is wrong with a TLS connection, and what to do; undefined if the error is of another kind. */
export function tlsAdvice(peer: Peer, error: unknown): string | undefined {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return MEANINGS.find(([codes]) => codes.test(code))?.[1].replaceAll('SERVER_', `${peer}_`);
}
