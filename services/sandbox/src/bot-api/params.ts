import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Upload } from '../chat/media-store.ts';
import { ApiError, badRequest } from './api-error.ts';

/** Most bytes of an uploaded file, as at api.telegram.org. */
const MAX_UPLOAD = 50 * 1024 * 1024;

/** Parameters of a call. A structured value may come as JSON in a string. */
export class Params {
  readonly method: string;
  #values: Record<string, unknown>;
  #uploads: Map<string, Upload>;

  constructor(method: string, values: Record<string, unknown>, uploads = new Map<string, Upload>()) {
    this.method = method;
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

  /** A structured value. Throws ApiError if a string is no JSON. */
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

  /** The file in the field `name`, or in the field that this names by `attach://`. */
  upload(name: string): Upload | undefined {
    return this.#uploads.get(name) ?? this.attached(this.string(name));
  }

  /** The file that a value like `attach://photo` names. */
  attached(value: string | undefined): Upload | undefined {
    return value?.startsWith('attach://') ? this.#uploads.get(value.slice('attach://'.length)) : undefined;
  }
}

/** Reads the parameters of a call from query, JSON, urlencoded or multipart form. Throws ApiError. */
export async function readParams(request: FastifyRequest, method = ''): Promise<Params> {
  const query = request.query as Record<string, unknown>;
  if (!request.isMultipart()) return new Params(method, { ...query, ...(request.body as object | undefined) });

  const values: Record<string, unknown> = { ...query };
  const uploads = new Map<string, Upload>();
  try {
    for await (const part of request.parts({ limits: { fileSize: MAX_UPLOAD, files: 20, fieldSize: 1024 * 1024 } })) {
      if (part.type === 'file') uploads.set(part.fieldname, await readUpload(part));
      else values[part.fieldname] = (part as MultipartValue).value;
    }
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 413) throw new ApiError(413, 'Request Entity Too Large');
    if (statusCode !== undefined) throw error;
    // An error of the parser, such as a missing boundary.
    throw badRequest(`can't read the multipart form: ${(error as Error).message}`);
  }
  return new Params(method, values, uploads);
}

async function readUpload(part: MultipartFile): Promise<Upload> {
  return { name: part.filename || undefined, mimeType: part.mimetype, bytes: await part.toBuffer() };
}
