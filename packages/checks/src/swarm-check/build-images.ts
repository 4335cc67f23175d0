import { inRepository } from '../harness/repository.ts';
import { docker } from './docker.ts';
import type { Outcome } from './report.ts';

/** Builds the images of the stack and of the sandbox, with the names from the stack files. */
export async function buildImages(): Promise<Outcome> {
  const images: [string, string][] = [
    ['Dockerfile.bot', process.env.BOT_IMAGE || 'attrai-bot:1'],
    ['Dockerfile.estimator', process.env.ESTIMATOR_IMAGE || 'attrai-estimator:1'],
    ['packages/checks/src/swarm-check/Dockerfile.sandbox', process.env.SANDBOX_IMAGE || 'attrai-sandbox:1'],
    ['Dockerfile.autoscaler', process.env.AUTOSCALER_IMAGE || 'attrai-autoscaler:1'],
  ];
  const sizes: string[] = [];
  for (const [file, tag] of images) {
    const args = ['build', '-f', inRepository(file), '-t', tag, inRepository('')];
    await docker(args, { env: { DOCKER_BUILDKIT: '1' } });
    const bytes = Number(await docker(['image', 'inspect', tag, '-f', '{{.Size}}']));
    sizes.push(`${tag} ${Math.round(bytes / 1e6)} MB`);
  }
  return { passed: true, figures: sizes.join(', ') };
}
