import { LANGUAGES, type Language } from '@attrai/bot/texts/language';
import { type Fate, fateOf } from '../answers/fate.ts';
import type { LogEntry, SandboxClient } from '../suite/sandbox-client.ts';
import type { Sample, SampleKind } from './samples.ts';

/** A photo that a user sent. */
export interface Sent {
  chatId: number;
  messageId: number;
  kind: SampleKind;
}

/** Crowds of one process share no user. */
let nextUser = 1_001;

/** Users of the sandbox who take turns in sending photos. */
export class Crowd {
  /** One a user, by the user's id. */
  readonly chats: readonly number[];
  readonly #sandbox: SandboxClient;
  readonly #photos: readonly Sample[];
  readonly #languages: readonly Language[];
  readonly #sent: Sent[] = [];
  #turns = 0;

  /** `users` people who have these photos to send. Each speaks one of the `languages`. */
  constructor(
    sandbox: SandboxClient,
    photos: readonly Sample[],
    users: number,
    languages: readonly Language[] = LANGUAGES,
  ) {
    this.#sandbox = sandbox;
    this.#photos = photos;
    this.#languages = languages;
    this.chats = Array.from({ length: users }, (_, i) => nextUser + i);
    nextUser += users;
  }

  /** In the order in which the sandbox took them. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** Has the next user send the next photo, or the next of a kind. */
  async send(kind?: SampleKind): Promise<void> {
    const turn = this.#turns++;
    const chatId = this.chats[turn % this.chats.length]!;
    const photos = kind === undefined ? this.#photos : this.#photos.filter((photo) => photo.kind === kind);
    const photo = photos[turn % photos.length]!;
    const language = this.#languages[chatId % this.#languages.length]!;
    const messageId = await this.#sandbox.send(chatId, language, photo);
    this.#sent.push({ chatId, messageId, kind: photo.kind });
  }

  /** Has so many photos of a kind sent at once. */
  async burst(count: number, kind: SampleKind): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.send(kind)));
  }

  /** The outcome so far of every photo that was sent. */
  async fates(): Promise<Fate[]> {
    const sent = [...this.#sent];
    const logs = new Map<number, LogEntry[]>();
    const chats = new Set(sent.map(({ chatId }) => chatId));
    await Promise.all([...chats].map(async (chatId) => logs.set(chatId, await this.#sandbox.log(chatId))));
    return sent.map((photo) => fateOf(photo, logs.get(photo.chatId)!));
  }
}
