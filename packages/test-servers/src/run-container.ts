import type { Guard } from './guard.ts';
import { runCommand } from './run-process.ts';
import { waitUntil } from './wait-until.ts';

export interface ContainerSpec {
  name: string;
  image: string;
  /** The port on the loopback address, and the one inside. */
  ports: [outside: number, inside: number];
  env: Record<string, string>;
  args: string[];
  guard: Guard;
  answers(): Promise<boolean>;
}

/** A server in a Docker container that keeps its ports, host name and data through stop, kill and start. */
export function serverContainer(spec: ContainerSpec) {
  const docker = (...args: string[]) => runCommand('docker', args);
  let made = false;

  return {
    async start(): Promise<void> {
      if (made) await docker('start', spec.name);
      else {
        spec.guard.watchContainer(spec.name);
        const env = Object.entries(spec.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
        const port = `127.0.0.1:${spec.ports[0]}:${spec.ports[1]}`;
        const options = ['--name', spec.name, '--hostname', spec.name, '-p', port, ...env];
        await docker('run', '-d', ...options, spec.image, ...spec.args);
        made = true;
      }
      await waitUntil(`${spec.name} (${spec.image}) does not answer`, spec.answers, 90_000);
    },
    async stop(): Promise<void> {
      await docker('stop', '-t', '30', spec.name);
    },
    async kill(): Promise<void> {
      await docker('kill', spec.name);
    },
    async pid(): Promise<number | undefined> {
      return Number(await docker('inspect', '--format', '{{.State.Pid}}', spec.name)) || undefined;
    },
    run: (tool: string, ...args: string[]) => docker('exec', spec.name, tool, ...args),
  };
}
