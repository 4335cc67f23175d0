/**
 * @typedef {object} Message as GET /api/chats/:chatId/messages has it
 * @property {number} message_id
 * @property {'user' | 'bot'} from
 * @property {number} date
 */

/** What the server refused, with its words. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Watches a chat for as long as the page lives. Handlers by event: snapshot, message, edit, delete, action, answer,
 * and `connected` with true or false.
 *
 * @param {number} chatId
 * @param {Record<string, (data: any) => void>} handlers
 */
export function watchChat(chatId, handlers) {
  const source = new EventSource(`/api/chats/${chatId}/events`);
  source.addEventListener('open', () => handlers.connected(true));
  source.addEventListener('error', () => {
    handlers.connected(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // An answer that is no event stream ends it for good: some other server has the port for a moment.
    setTimeout(() => watchChat(chatId, handlers), 2_000);
  });
  for (const name of ['snapshot', 'message', 'edit', 'delete', 'action', 'answer']) {
    source.addEventListener(name, (event) => handlers[name](JSON.parse(event.data)));
  }
}

/**
 * Sends a message of the user. Throws Refused, or TypeError when there is no connection.
 *
 * @param {number} chatId
 * @param {Record<string, string | number | Blob | undefined>} fields
 * @param {(share: number) => void} onProgress 0 to 1
 * @returns {Promise<{message_id: number}>}
 */
export function postMessage(chatId, fields, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  // fetch can't tell how far an upload is.
  const request = new XMLHttpRequest();
  request.open('POST', `/api/chats/${chatId}/messages`);
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(new TypeError('no connection')));
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Refused(request.status, request.response?.error ?? request.statusText));
    });
    request.send(form);
  });
}

/**
 * Sends JSON. Throws Refused, or TypeError when there is no connection.
 *
 * @param {string} path
 * @param {'POST' | 'PATCH'} method
 * @param {object} body
 */
export async function sendJson(path, method, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer.error);
  return answer;
}

/** @param {string} url */
export async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Refused(response.status, response.statusText);
  return response.json();
}
