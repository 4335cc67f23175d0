import type { Agent, AgentOptions, ClientRequest } from 'node:http';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { RetryableError } from '@attrai/contracts/errors';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import type { ProxySetting } from './proxy-setting.ts';

type Target = Parameters<HttpsProxyAgent<string>['connect']>[1];
type Options = AgentOptions & Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

/** For the connection to the proxy and its answer. socks-proxy-agent has one of its own, 30 s. */
const CONNECT_MS = 10_000;

/**
 * Connections through a proxy. An HTTP proxy is asked for a tunnel (CONNECT) also where the Bot API server is one of plain HTTP: it
 * would find the bot's token in the path of every request otherwise, and write it to its log.
 *
 * What fails before the tunnel is there is a RetryableError `proxy_failed` that says what to do: no request went out. It has neither
 * the proxy's password nor the library's error, which has it.
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
    // The library waits for ever for a proxy that takes the connection and keeps silent.
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
    // Names are looked up by the proxy: where Telegram is blocked, the own network's answers lead nowhere.
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
    // The library ends the request at an error of TLS, and with that hides which.
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

/** The libraries' messages name host and port at the most; what they keep beside the message has the password. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
