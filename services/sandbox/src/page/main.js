import { ask, tell } from './ask.js';
import { followBottom } from './bottom.js';
import { getJson, pressButton, watchChat } from './chat-client.js';
import { CommandMenu } from './command-menu.js';
import { createComposer } from './composer.js';
import { byId } from './dom.js';
import { takeFiles } from './file-intake.js';
import * as identity from './identity.js';
import { createLightbox } from './lightbox.js';
import { MessageList } from './message-list.js';
import { Outbox } from './outbox.js';
import { Presses } from './presses.js';
import { createSamples } from './samples.js';
import { createStatus, showToast } from './status.js';
import { textsOf, translatePage } from './texts.js';

const chatId = identity.chatId();
let language = identity.language();
let say = textsOf(language);

const bottom = followBottom();
const status = createStatus(() => say);
const list = new MessageList(byId('messages'), {
  say,
  language,
  onPhoto: (bubble) => lightbox.open(bubble),
  onButton: (bubble, data) => presses.press(bubble, data),
  onCommand: sendText,
  onJump: jumpTo,
});
const lightbox = createLightbox(() => list.bubbles.filter((bubble) => bubble.view.photo_url));
const presses = new Presses({
  send: (press) => pressButton(chatId, press, language),
  complain: showToast,
  onAnswer: ({ text, alert }) => (alert ? tell(text) : showToast(text)),
});
const outbox = new Outbox({ chatId, list, texts: () => ({ say, language }), onAct: afterSending });
const samples = createSamples({
  say: () => say,
  complain: showToast,
  onPick: (file) => sendFiles([{ file, asPhoto: true }]),
});
const menu = new CommandMenu((command) => {
  byId('text').value = '';
  composer.refresh();
  sendText(command);
});
const composer = createComposer({
  onInput: (text) => menu.suggest(text),
  onKey: (event) => menu.handleKey(event),
  onSend: sendText,
});
takeFiles({ say: () => say, complain: showToast, onFiles: sendFiles });

function sendText(text) {
  outbox.sendText(text).then(afterSending);
}

/** What stands in the line so far becomes the caption. */
function sendFiles(files) {
  samples.show(false);
  outbox.sendFiles(files, composer.take()).then(afterSending);
}

function afterSending() {
  showWelcome();
  bottom.follow();
}

function jumpTo(messageId) {
  const node = list.find(messageId)?.node;
  node?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  node?.classList.remove('flash');
  requestAnimationFrame(() => node?.classList.add('flash'));
}

function showWelcome() {
  byId('welcome').hidden = !list.isEmpty;
}

/** What the bot says about itself; a bot just starting says it a little later. */
async function loadBot() {
  const bot = await getJson(`/api/bot?language=${language}`).catch(() => undefined);
  if (!bot) return;
  document.title = bot.name;
  byId('bot-name').textContent = bot.name;
  byId('description').textContent = bot.description || say('noDescription');
  menu.commands = bot.commands;
}

function speak(chosen) {
  language = chosen;
  say = textsOf(chosen);
  translatePage(chosen);
  byId('language').value = chosen;
  list.redraw({ say, language });
  samples.draw();
  status.draw();
  composer.refresh();
  loadBot();
}

byId('start').addEventListener('click', () => sendText('/start'));
byId('language').addEventListener('change', ({ target }) => {
  identity.setLanguage(target.value);
  speak(target.value);
});
byId('new-chat').addEventListener('click', async () => {
  if (!list.isEmpty && !(await ask(say('newChatQuestion')))) return;
  identity.newChat();
  location.reload();
});
addEventListener('focus', loadBot);

identity.reloadWhenChangedElsewhere();
speak(language);
samples.load().catch(() => {});

watchChat(chatId, {
  connected(isConnected) {
    status.connected(isConnected);
    if (!isConnected) return;
    outbox.resume();
    loadBot();
  },
  snapshot(views) {
    if (!list.reset(views)) showToast(say('restarted'));
    showWelcome();
    if (list.isEmpty) samples.show(true);
  },
  message(view) {
    list.put(view);
    showWelcome();
    if (view.from === 'user') return;
    bottom.noteNew();
    status.actionOver();
    loadBot();
  },
  edit(view) {
    list.put(view);
    status.actionOver();
    if (view.photo_url && view.from === 'bot') byId('announcer').textContent = view.caption ?? say('photo');
  },
  delete: ({ message_id }) => list.remove(message_id),
  action: ({ action }) => status.action(action),
  answer: (answer) => presses.answer(answer),
});
