import { ask, tell } from './ask.js';
import { Bottom } from './bottom.js';
import { getJson, sendJson, watchChat } from './chat-client.js';
import { CommandMenu } from './command-menu.js';
import { createComposer } from './composer.js';
import { byId, icon } from './dom.js';
import { takeFiles } from './file-intake.js';
import * as identity from './identity.js';
import { Lightbox } from './lightbox.js';
import { MessageList } from './message-list.js';
import { Outbox } from './outbox.js';
import { Place } from './place.js';
import { Presses } from './presses.js';
import { createPrivacySwitch } from './privacy-switch.js';
import { Reply } from './reply.js';
import { Samples } from './samples.js';
import { Status, showToast } from './status.js';
import { textsOf, translatePage } from './texts.js';

for (const node of document.querySelectorAll('[data-icon]')) node.prepend(icon(node.dataset.icon));

const place = new Place(location.hash, identity.chatId());
const { chatId } = place;
let language = identity.language();
let say = textsOf(language);
let username = '';

const bottom = new Bottom();
const status = new Status(() => say);
const list = new MessageList(byId('messages'), {
  say,
  language,
  onPhoto: (bubble) => lightbox.open(bubble),
  onButton: (bubble, data) => presses.press(bubble, data),
  onCommand: sendCommand,
  onReply: (bubble) => reply.start(bubble),
  onJump: jumpTo,
});
const lightbox = new Lightbox(() => list.bubbles.filter((bubble) => bubble.view.photo_url));
const presses = new Presses({
  send(press) {
    const from = { user_id: place.fields.user_id, language_code: language };
    return sendJson(`/api/chats/${chatId}/callback`, 'POST', { ...press, ...from });
  },
  complain: showToast,
  onAnswer: ({ text, alert }) => (alert ? tell(text) : showToast(text)),
});
const reply = new Reply();
const loadPrivacySwitch = createPrivacySwitch(showToast);
const outbox = new Outbox({ place, list, texts: () => ({ say, language }), onAct: afterSending });
const pickSample = (file) => sendFiles([{ file, asPhoto: true }]);
const samples = new Samples({ say: () => say, complain: showToast, onPick: pickSample });
const menu = new CommandMenu((command) => {
  byId('text').value = '';
  composer.refresh();
  sendCommand(command);
});
const composer = createComposer({
  onInput: (text) => menu.suggest(text),
  onKey: (event) => menu.handleKey(event),
  onSend: sendText,
});
takeFiles({ say: () => say, complain: showToast, onFiles: sendFiles });

function sendText(text) {
  outbox.sendText(text, reply.take()).then(afterSending);
}

/** In a group a command gets the bot's name, as in Telegram's apps. */
function sendCommand(command) {
  sendText(place.isGroup && !command.includes('@') ? `${command}@${username}` : command);
  byId('text').focus();
}

/** The text in the text field becomes the caption. */
function sendFiles(files) {
  samples.show(false);
  outbox.sendFiles(files, composer.take(), reply.take()).then(afterSending);
  byId('text').focus();
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

/** Loads name, description and commands of the bot, which may set them only after its start. */
async function loadBot() {
  const bot = await getJson(`/api/bot?language=${language}&group=${place.isGroup}`).catch(() => undefined);
  if (!bot) return;
  username = bot.username;
  document.title = bot.name;
  byId('bot-name').textContent = bot.name;
  byId('description').textContent = place.isGroup ? say('groupHint') : bot.description || say('noDescription');
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

byId('start').addEventListener('click', () => sendCommand('/start'));
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

addEventListener('hashchange', () => location.reload());
byId('start').hidden = place.isGroup;
if (place.isGroup) byId('welcome-title').dataset.text = 'groupTitle';
byId('privacy-label').hidden = !place.isGroup;
byId(`place-${place.name}`).setAttribute('aria-current', 'page');
identity.reloadWhenChangedElsewhere();
speak(language);
samples.load().catch(() => {});

const handlers = {
  async connected(isConnected) {
    status.connected(isConnected);
    if (!isConnected) return;
    loadBot();
    await place.prepare().catch((error) => showToast(error.message));
    outbox.work();
  },
  snapshot(views) {
    if (!list.reset(views.filter((view) => place.holds(view)))) showToast(say('restarted'));
    showWelcome();
    if (list.isEmpty) samples.show(true);
  },
  message(view) {
    if (!place.holds(view)) return;
    list.put(view);
    showWelcome();
    if (view.from !== 'bot') return;
    bottom.noteNew();
    status.actionOver();
    loadBot();
  },
  edit(view) {
    if (!place.holds(view)) return;
    list.put(view);
    status.actionOver();
    if (view.photo_url && view.from === 'bot') byId('announcer').textContent = view.caption ?? say('photo');
  },
  delete: ({ message_id }) => list.remove(message_id),
  action: ({ action }) => status.action(action),
  answer: (answer) => presses.answer(answer),
};

/** A group must exist before the page can show it. */
async function enter() {
  try {
    if (place.isGroup) await Promise.all([place.prepare(), loadPrivacySwitch()]);
    watchChat(chatId, handlers);
  } catch {
    status.connected(false);
    setTimeout(enter, 2_000);
  }
}
enter();
