import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Docker's API with one service, on its own socket. */
export async function startDockerStandIn(name: string) {
  const dir = await mkdtemp(join(tmpdir(), 'attrai-docker-'));
  const socketPath = join(dir, 'docker.sock');
  const service = {
    version: 7,
    update: '',
    spec: { Name: name, TaskTemplate: { ContainerSpec: { Image: 'x' } }, Mode: { Replicated: { Replicas: 2 } } },
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://docker');
    const answer = (code: number, body: object) => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!url.pathname.includes(`/services/${name}`)) return answer(404, { message: 'service not found' });
    if (request.method === 'GET') {
      const { version, spec, update } = service;
      return answer(200, { ID: 'x', Version: { Index: version }, Spec: spec, UpdateStatus: { State: update } });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (Number(url.searchParams.get('version')) !== service.version) return answer(500, { message: 'out of sequence' });
    service.spec = JSON.parse(Buffer.concat(chunks).toString());
    service.version++;
    return answer(200, {});
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    service,
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
