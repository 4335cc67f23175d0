/** A failure ordered by a test. */
export interface FaultOrder {
  /**
   * The method that fails, in any letter case; `downloadFile` for downloads. Absent: any but getUpdates, whose polls
   * would use it up.
   */
  method?: string | undefined;
  chatId?: number | undefined;
  /** `error`: refused without doing the work. `drop-after`: done, then the connection is cut. `delay`: done late. */
  kind: 'error' | 'drop-after' | 'delay';
  error_code?: number | undefined;
  description?: string | undefined;
  /** Seconds. */
  retry_after?: number | undefined;
  delay_ms?: number | undefined;
  /** How many calls fail. */
  times: number;
}

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

/** The ordered failures. */
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

  /** The fault for this call, the oldest first. It counts as used. */
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

/** What Telegram says with this code. */
export function faultDescription(code: number, retryAfter: number | undefined): string {
  if (code === 429) return `Too Many Requests: retry after ${retryAfter}`;
  return DESCRIPTIONS[code] ?? (code < 500 ? 'Bad Request' : 'Internal Server Error');
}
