import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ConfigError } from './config-error.ts';

/** Servers that are connected to by TLS where their URL says so; variables begin with it. */
export type Peer = 'AMQP' | 'REDIS';

/** PEM texts, for Node's `tls.connect`. Without `ca`, the CAs that Node knows are trusted. */
export interface TlsParts {
  ca?: string;
  cert?: string;
  key?: string;
}

type TlsConfig = Partial<Record<`${Peer}_${'CA' | 'CERT' | 'KEY' | 'URL'}`, string | undefined>>;

/**
 * What the variables of a server say about TLS.
 *
 * @throws ConfigError if they do not fit together, or one is no PEM.
 */
export function tlsOf(peer: Peer, config: TlsConfig): TlsParts {
  const parts = partsOf(peer, config);
  const problem = Object.keys(parts).length > 0 ? problemOf(peer, parts, config[`${peer}_URL`]) : undefined;
  if (problem !== undefined) throw new ConfigError([problem]);
  return parts;
}

function partsOf(peer: Peer, config: TlsConfig): TlsParts {
  const ca = config[`${peer}_CA`];
  const cert = config[`${peer}_CERT`];
  const key = config[`${peer}_KEY`];
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function problemOf(peer: Peer, { ca, cert, key }: TlsParts, url: string | undefined): string | undefined {
  const scheme = `${peer.toLowerCase()}s://`;
  if (!/^(amqps|rediss(\+sentinel)?):/.test(url ?? ''))
    return `${peer}_URL: its connection is to be encrypted, as a file for that is set: let it begin with ${scheme}, or unset ${peer}_CA_FILE, ${peer}_CERT_FILE and ${peer}_KEY_FILE.`;
  if (!cert !== !key) return `${peer}_CERT_FILE and ${peer}_KEY_FILE: only one is set. Set both, or neither.`;
  if (ca && !isCertificate(ca)) return `${peer}_CA_FILE: holds no certificate in PEM (-----BEGIN CERTIFICATE-----).`;
  if (cert && !isCertificate(cert))
    return `${peer}_CERT_FILE: holds no certificate in PEM (-----BEGIN CERTIFICATE-----).`;
  if (cert && key && !fits(cert, key))
    return `${peer}_KEY_FILE: is not the private key of the certificate in ${peer}_CERT_FILE, or has a passphrase.`;
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

function fits(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
