import { execFile } from 'node:child_process';

const MOST_OUTPUT = 256 * 1024 * 1024;

/** Runs the Docker client. Resolves to its stdout, trimmed; throws an Error with its stderr. */
export async function docker(args: string[], { env = {}, input = '', stderrToo = false } = {}): Promise<string> {
  return await new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: MOST_OUTPUT };
    const child = execFile('docker', args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`docker ${args.slice(0, 3).join(' ')} failed: ${stderr.trim() || error.message}`));
      else resolve((stderrToo ? stdout + stderr : stdout).trim());
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

export async function dockerLines(...args: string[]): Promise<string[]> {
  const output = await docker(args);
  return output === '' ? [] : output.split('\n');
}

export async function dockerJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await docker(args)) as T;
}
