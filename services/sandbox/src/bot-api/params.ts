import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Upload } from '../chat/media-store.ts';
import { ApiError, badRequest } from './api-error.ts';

/** Bytes of one uploaded file at the most, as api.telegram.org has it. */
const MAX_UPLOAD = 50 * 1024 * 1024;

/** Parameters of a call, from wherever they came: a value may be what JSON gave, or a string that holds it. */
export class Params {
  #values: Record<string, unknown>;
  #uploads: Map<string, Upload>;

  constructor(values: Record<string, unknown>, uploads = new Map<string, Upload>()) {
    this.#values = values;
    this.#uploads = uploads;
  }

  string(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  integer(name: string): number | undefined {
    const value = this.string(name);
    if (value === undefined || value === '') return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : undefined;
  }

  boolean(name: string): boolean {
    return ['true', '1', 'yes'].includes(this.string(name)?.toLowerCase() ?? '');
  }

  /** A structured value. Throws ApiError where a string doesn't hold JSON. */
  json(name: string): unknown {
    const value = this.#values[name];
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`);
    }
  }

  /** The file uploaded in the field `name`, or in the one that `attach://` names there. */
  upload(name: string): Upload | undefined {
    return this.#uploads.get(name) ?? this.attached(this.string(name));
  }

  /** The file that a value like `attach://photo` names. */
  attached(value: string | undefined): Upload | undefined {
    return value?.startsWith('attach://') ? this.#uploads.get(value.slice('attach://'.length)) : undefined;
  }
}

/** Collects the parameters of a call from query, JSON, urlencoded form and multipart. */
export async function readParams(request: FastifyRequest): Promise<Params> {
  const query = request.query as Record<string, unknown>;
  if (!request.isMultipart()) return new Params({ ...query, ...(request.body as Record<string, unknown> | undefined) });

  const values: Record<string, unknown> = { ...query };
  const uploads = new Map<string, Upload>();
  try {
    for await (const part of request.parts({ limits: { fileSize: MAX_UPLOAD, files: 20, fieldSize: 1024 * 1024 } })) {
      if (part.type === 'file') uploads.set(part.fieldname, await readUpload(part));
      else values[part.fieldname] = (part as MultipartValue).value;
    }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 413) throw new ApiError(413, 'Request Entity Too Large');
    if ((error as { statusCode?: number }).statusCode !== undefined) throw error;
    // Of the body's parser: no boundary, cut short.
    throw badRequest(`can't read the multipart form: ${(error as Error).message}`);
  }
  return new Params(values, uploads);
}

export async function readUpload(part: MultipartFile): Promise<Upload> {
  return { name: part.filename || undefined, mimeType: part.mimetype, bytes: await part.toBuffer() };
}
