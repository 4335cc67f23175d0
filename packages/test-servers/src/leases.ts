/** Places that are lent to one test file at a time: virtual hosts, Redis databases. */
export interface Leases {
  /** An empty place, as a URL. Waits while all are taken. */
  lease(): Promise<string>;
  /** Empties a place that is lent. */
  empty(url: string): Promise<void>;
  giveBack(url: string): void;
}

export interface Places {
  limit: number;
  /** Makes place number 1, 2, ... `limit`, when all before it are taken. */
  make(number: number): Promise<string>;
  empty(url: string): Promise<void>;
}

export function lendOut({ limit, make, empty }: Places): Leases {
  const free: string[] = [];
  const waiting: ((url: string) => void)[] = [];
  let made = 0;

  return {
    async lease() {
      const unused = free.shift();
      if (unused === undefined && made < limit) return make(++made);
      const url = unused ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      await empty(url);
      return url;
    },
    empty,
    giveBack(url) {
      const next = waiting.shift();
      if (next) next(url);
      else free.push(url);
    },
  };
}
