/** Places (virtual hosts, Redis databases), each lent to one test file at a time. */
export interface Leases {
  /** The URL of an empty place. Waits while all are lent. */
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
