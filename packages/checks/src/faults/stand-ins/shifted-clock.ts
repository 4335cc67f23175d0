// Loaded before a service (`node --import`): its clock is CLOCK_SHIFT_MS ahead of the machine's.

const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const machineNow = Date.now.bind(Date);
Date.now = () => machineNow() + shiftMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
});
