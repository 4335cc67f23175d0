// Loaded before a service (`node --import`). Sets its clock CLOCK_SHIFT_MS ahead.

const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const machineNow = Date.now.bind(Date);
Date.now = () => machineNow() + shiftMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
});
