import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-process.ts';

/** A certificate and its private key, as files. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A certificate authority for tests, made with openssl, which Debian has. Its files are deleted with it. */
export class TestAuthority implements AsyncDisposable {
  readonly folder: string;
  readonly cert: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.cert = join(folder, 'ca.pem');
  }

  static async make(): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), 'attrai-test-ca-')));
    const key = join(authority.folder, 'ca.key');
    await openssl('req', '-x509', '-subj', '/CN=CA of a test', '-keyout', key, '-out', authority.cert, ...KEY, ...DAYS);
    return authority;
  }

  /** A certificate that it signed. Servers are at 127.0.0.1, if no other host is named. */
  async issue(name: string, host = 'IP:127.0.0.1'): Promise<Certificate> {
    const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) =>
      join(this.folder, `${name}.${end}`),
    ) as [string, string, string, string];
    await writeFile(extensions, `subjectAltName=${host}\n`);
    await openssl('req', '-new', '-subj', `/CN=${name}`, '-keyout', key, '-out', request, ...KEY);
    const by = ['-CA', this.cert, '-CAkey', join(this.folder, 'ca.key'), '-CAcreateserial'];
    await openssl('x509', '-req', '-in', request, '-out', cert, '-extfile', extensions, ...by, ...DAYS);
    return { cert, key };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAYS = ['-days', '2'];

async function openssl(...args: string[]): Promise<void> {
  await runCommand('openssl', args);
}

/** The texts of PEM files, as the services read them. */
export async function textsOf<K extends string>(files: Record<K, string>): Promise<Record<K, string>> {
  const texts = Object.entries<string>(files).map(async ([name, file]) => [name, await readFile(file, 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}
