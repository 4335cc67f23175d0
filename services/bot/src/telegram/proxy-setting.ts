import { FatalError } from '@attrai/contracts/errors';

export interface ProxySetting {
  /** http:, https:, socks5: or socks5h:, with user and password if the proxy wants them. */
  url: URL;
  /** The variable it stands in, for what operators are told: its value is never shown. */
  variable: string;
}

type Environment = Record<string, string | undefined>;

const PROTOCOLS = /^(https?|socks5h?):$/;

/**
 * The proxy on the way to `root`, undefined if there is none: that of TELEGRAM_PROXY, else of the variables most programs read,
 * HTTPS_PROXY or HTTP_PROXY by the protocol of `root`, and ALL_PROXY. NO_PROXY goes before all of them. Names in small letters go before those
 * in capitals, as with curl.
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

/** `proxy.example:3128` is one of HTTP. */
function parse(variable: string, text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && url.hostname !== '' && PROTOCOLS.test(url.protocol)) return url;
  const expected = 'a URL like http://proxy.example:3128 or socks5://proxy.example:1080';
  throw new FatalError('bad_config', `${variable} can't be used: expected ${expected}. Set it to one, or unset it.`);
}

/**
 * Whether `list`, as NO_PROXY has it, names `host`: `example.org` stands for its subdomains too, as do `.example.org` and
 * `*.example.org`; a port may follow; `*` stands for all.
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
