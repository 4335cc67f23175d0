import { LANGUAGES, type Language } from '@attrai/bot/texts/language';
import { type Fate, fateOf, type Sent } from '../answers/fate.ts';
import type { LogEntry, SandboxClient } from '../suite/sandbox-client.ts';
import type { Sample, SampleKind } from './samples.ts';

/** Each crowd of a process has users of its own. */
let nextUser = 1_001;

/** Users of the sandbox who send photos in turn. */
export class Crowd {
  /** A private chat for each user. */
  readonly chats: readonly number[];
  readonly #sandbox: SandboxClient;
  readonly #photos: readonly Sample[];
  readonly #languages: readonly Language[];
  readonly #sent: Sent[] = [];
  #turns = 0;

  /** Each user speaks one of the `languages`. */
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

  /** In the order in which the sandbox accepted them. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** The next user sends the next photo (of a kind). */
  async send(kind?: SampleKind): Promise<void> {
    const turn = this.#turns++;
    const chatId = this.chats[turn % this.chats.length]!;
    const photos = kind === undefined ? this.#photos : this.#photos.filter((photo) => photo.kind === kind);
    const photo = photos[turn % photos.length]!;
    const language = this.#languages[chatId % this.#languages.length]!;
    const messageId = await this.#sandbox.send(chatId, language, photo);
    this.#sent.push({ chatId, messageId, kind: photo.kind });
  }

  /** Users send so many photos of a kind at once. */
  async burst(count: number, kind: SampleKind): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.send(kind)));
  }

  async fates(): Promise<Fate[]> {
    const sent = [...this.#sent];
    const logs = new Map<number, LogEntry[]>();
    const chats = new Set(sent.map(({ chatId }) => chatId));
    await Promise.all([...chats].map(async (chatId) => logs.set(chatId, await this.#sandbox.log(chatId))));
    return sent.map((photo) => fateOf(photo, logs.get(photo.chatId)!));
  }
}
