/** The server has refused a request. */
export class Refused extends Error {}

/**
 * Listens to the events of a chat until the page is closed. Handlers by event: snapshot, message, edit, delete, action,
 * answer, and `connected` with true or false.
 */
export function watchChat(chatId, handlers) {
  const source = new EventSource(`/api/chats/${chatId}/events`);
  source.addEventListener('open', () => handlers.connected(true));
  source.addEventListener('error', () => {
    handlers.connected(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // EventSource gives up if the answer is no event stream, as of another server on the port.
    setTimeout(() => watchChat(chatId, handlers), 2_000);
  });
  for (const name of ['snapshot', 'message', 'edit', 'delete', 'action', 'answer']) {
    source.addEventListener(name, (event) => handlers[name](JSON.parse(event.data)));
  }
}

/**
 * Sends a message. `onProgress` gets the uploaded share, 0 to 1. Resolves to {message_id}. Throws Refused, or TypeError
 * without a connection.
 */
export function postMessage(chatId, fields, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  // fetch does not report the progress of an upload.
  const request = new XMLHttpRequest();
  request.open('POST', `/api/chats/${chatId}/messages`);
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(new TypeError('no connection')));
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Refused(request.response?.error ?? request.statusText));
    });
    request.send(form);
  });
}

/** Throws Refused, or TypeError without a connection. */
export async function sendJson(path, method, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

/** Throws as `sendJson`. */
export async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Refused(response.statusText);
  return response.json();
}
