import { z } from 'zod';

const common = {
  /** In any letter case; `downloadFile` for downloads. Without it: all but getUpdates, whose polls would use up the fault. */
  method: z.string().min(1).optional(),
  chatId: z.int().optional(),
  times: z.int().min(1).max(1_000_000).default(1),
  delay_ms: z.int().min(0).max(600_000).optional(),
};

export const faultOrder = z.discriminatedUnion('kind', [
  /** The call is refused and has no effect. */
  z.strictObject({
    ...common,
    kind: z.literal('error'),
    error_code: z.int().min(400).max(599),
    description: z.string().optional(),
    /** Seconds. */
    retry_after: z.int().min(0).optional(),
  }),
  /** The call is executed, then the connection is closed without an answer. */
  z.strictObject({ ...common, kind: z.literal('drop-after') }),
  /** The call is executed late. */
  z.strictObject({ ...common, kind: z.literal('delay'), delay_ms: z.int().min(1).max(600_000) }),
]);

export type FaultOrder = z.output<typeof faultOrder>;

const DESCRIPTIONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden: bot was blocked by the user',
  404: 'Not Found',
  409: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export class Faults {
  #orders: { fault: FaultOrder; left: number }[] = [];

  add(fault: FaultOrder): void {
    this.#orders.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#orders = [];
  }

  list() {
    return this.#orders.map(({ fault, left }) => ({ ...fault, left }));
  }

  /** Uses up the oldest fault for this call. */
  take(method: string, chatId: number | undefined): FaultOrder | undefined {
    const order = this.#orders.find(({ fault }) => strikes(fault, method.toLowerCase(), chatId));
    if (!order) return undefined;
    order.left--;
    if (order.left === 0) this.#orders.splice(this.#orders.indexOf(order), 1);
    return order.fault;
  }
}

function strikes(fault: FaultOrder, method: string, chatId: number | undefined): boolean {
  if (fault.chatId !== undefined && fault.chatId !== chatId) return false;
  return fault.method === undefined ? method !== 'getupdates' : fault.method.toLowerCase() === method;
}

export function faultDescription(code: number, retryAfter: number | undefined): string {
  if (code === 429) return `Too Many Requests: retry after ${retryAfter}`;
  return DESCRIPTIONS[code] ?? (code < 500 ? 'Bad Request' : 'Internal Server Error');
}
