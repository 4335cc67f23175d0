import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { RetryableError } from '@attrai/contracts/errors';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import type { ProxySetting } from './proxy-setting.ts';

type Target = Parameters<HttpsProxyAgent<string>['connect']>[1];
type Options = AgentOptions & Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

/** For the connection to the proxy and its answer. socks-proxy-agent has a time limit of its own, 30 s. */
const CONNECT_MS = 10_000;

/**
 * Connections through a proxy. An HTTP proxy is asked for a tunnel (CONNECT), also to a Bot API server of plain HTTP. Otherwise it
 * would see the bot's token in the path of every request, and log it.
 *
 * A failure before the tunnel is there is a RetryableError `proxy_failed` that says what to do: no request went out. It doesn't have
 * the library's error, which holds the proxy's password.
 */
export function agentThrough({ url, variable }: ProxySetting, options: Options): Agent {
  return url.protocol.startsWith('socks')
    ? new SocksAgent(url, variable, options)
    : new ConnectAgent(url, variable, options);
}

class ConnectAgent extends HttpsProxyAgent<string> {
  #variable: string;

  constructor(url: URL, variable: string, options: Options) {
    super(url, options);
    this.#variable = variable;
  }

  override async connect(request: ClientRequest, target: Target): Promise<Socket> {
    const { host, port } = target;
    let refusal: number | undefined;
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) refusal = statusCode;
    });
    // The library has no time limit for a proxy that accepts the connection and doesn't answer.
    const tooLong = new AbortController();
    const timer = setTimeout(() => tooLong.abort(), CONNECT_MS);
    this.connectOpts = { ...this.connectOpts, signal: tooLong.signal };
    const socket = await super
      .connect(request, target)
      .catch((error) => {
        throw proxyFailed(this.#variable, tooLong.signal.aborted ? 'no answer in time' : reasonOf(error));
      })
      .finally(() => clearTimeout(timer));
    if (refusal === undefined) return socket;
    socket.destroy();
    throw refused(this.#variable, refusal, `${host}:${port}`);
  }
}

class SocksAgent extends SocksProxyAgent {
  #variable: string;

  constructor(url: URL, variable: string, options: Options) {
    // The proxy looks up names: where Telegram is blocked, local name servers may give wrong addresses.
    const lookingUp = url.href.replace(/^socks5:/, 'socks5h:');
    super(lookingUp, { ...options, socketOptions: options });
    this.proxy.host = url.hostname.replace(/^\[|\]$/g, '');
    this.#variable = variable;
  }

  override async connect(request: ClientRequest, target: Target): Promise<Socket> {
    const socket = await super.connect(request, target).catch((error) => {
      const reason = reasonOf(error);
      throw /authenticat/i.test(reason) ? refused(this.#variable, 407, '') : proxyFailed(this.#variable, reason);
    });
    // At a TLS error the library ends the request with an error of its own.
    return socket.prependListener('error', (error) => request.destroy(error));
  }
}

function refused(variable: string, status: number, target: string): RetryableError {
  if (status === 407) {
    const what = `refuses its user and password, or wants some (407). Put user:password@ before the host in ${variable}`;
    return new RetryableError('proxy_failed', `The proxy of ${variable} ${what}.`);
  }
  const what = `does not connect to ${target}: it answers ${status}. Have it allow that, or set ${variable} to another`;
  return new RetryableError('proxy_failed', `The proxy of ${variable} ${what}.`);
}

function proxyFailed(variable: string, reason: string): RetryableError {
  const todo = `Check ${variable}, and that the proxy runs`;
  return new RetryableError('proxy_failed', `The proxy of ${variable} can't be used (${reason}). ${todo}.`);
}

/** The libraries' messages name host and port only. Their other fields hold the password. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
