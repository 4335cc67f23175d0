import { execFile } from 'node:child_process';
import path from 'node:path';

export const CLI = path.join(import.meta.dirname, '../cli/models.ts');

/** Runs `pnpm models` in a folder. */
export function runCli(
  cwd: string,
  modelsDir: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd, env: { PATH: process.env.PATH, MODELS_DIR: path.resolve(modelsDir) } };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
