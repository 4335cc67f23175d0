import { FatalError } from '@attrai/contracts/errors';

export interface ProxySetting {
  /** http:, https:, socks5: or socks5h:, with user and password if the proxy wants them. */
  url: URL;
  /** The variable that it comes from, for messages. Its value is never shown. */
  variable: string;
}

type Environment = Record<string, string | undefined>;

const PROTOCOLS = /^(https?|socks5h?):$/;

/**
 * The proxy for requests to `root`; undefined if there is none, or if NO_PROXY names the host. It is that of TELEGRAM_PROXY, else of
 * HTTPS_PROXY or HTTP_PROXY (by the protocol of `root`), else of ALL_PROXY. A variable in small letters wins, as with curl.
 *
 * @throws FatalError `bad_config` if it is no URL of a proxy
 */
export function proxyFor(root: string, telegramProxy: string | undefined, env: Environment): ProxySetting | undefined {
  const { protocol, hostname, port } = new URL(root);
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  if (isExempt(bare(hostname), port || (protocol === 'https:' ? '443' : '80'), read('NO_PROXY') ?? ''))
    return undefined;
  if (telegramProxy !== undefined) return { url: new URL(telegramProxy), variable: 'TELEGRAM_PROXY' };
  const names = [protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY'];
  const variable = names.find((name) => read(name) !== undefined);
  return variable === undefined ? undefined : { url: parse(variable, read(variable)!), variable };
}

/** `proxy.example:3128` is an HTTP proxy. */
function parse(variable: string, text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && url.hostname !== '' && PROTOCOLS.test(url.protocol)) return url;
  const expected = 'a URL like http://proxy.example:3128 or socks5://proxy.example:1080';
  throw new FatalError('bad_config', `${variable} can't be used: expected ${expected}. Set it to one, or unset it.`);
}

/**
 * Whether `list`, the value of NO_PROXY, names `host`. `example.org`, `.example.org` and `*.example.org` all mean the host and its
 * subdomains. A port may follow. `*` means all hosts.
 */
function isExempt(host: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, onlyPort = port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      const suffix = bare(name).replace(/^\*?\./, '');
      return onlyPort === port && (host === suffix || host.endsWith(`.${suffix}`));
    });
}

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
