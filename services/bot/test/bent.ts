/** `real` with some of its methods in place of its own. */
export function bent<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get(target, key) {
      const own = Reflect.get(methods, key);
      if (own !== undefined) return own;
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
