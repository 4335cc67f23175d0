/** What the page says, by language. */
const TEXTS = {
  en: {
    language: 'Language',
    newChat: 'New chat as another user',
    newChatQuestion: 'Start a new chat as another user? This one can’t be opened again.',
    welcomeTitle: 'What can this bot do?',
    noDescription: 'Send it a photo and see.',
    start: 'Start',
    messages: 'Messages',
    toBottom: 'To the newest message',
    samples: 'Or try one of these',
    samplePhotos: 'Sample photos',
    sample_group: 'A group',
    'sample_mona-lisa': 'Mona Lisa',
    sample_connery: 'Sean Connery',
    dropAsFiles: 'Drop here to send them as files',
    commands: 'Commands',
    attach: 'Attach photos',
    message: 'Message',
    send: 'Send',
    drop: 'Drop photos to send them',
    photo: 'Photo',
    file: 'File',
    close: 'Close',
    previous: 'Previous photo',
    next: 'Next photo',
    bot: 'bot',
    you: 'You',
    edited: 'edited',
    today: 'Today',
    yesterday: 'Yesterday',
    typing: 'is typing …',
    uploading: 'is sending a photo …',
    uploadingFile: 'is sending a file …',
    connecting: 'Connecting …',
    reconnecting: 'No connection. Trying again …',
    sending: 'Sending',
    waiting: 'Will be sent when the connection is back',
    sent: 'Sent',
    notSent: 'Not sent.',
    retry: 'Try again',
    asFile: 'Send as a file',
    discard: 'Delete',
    openPhoto: 'Open photo',
    goneReply: 'Deleted message',
    tooLarge: 'That file is too large: 50 MB at the most.',
    emptyFile: 'That file is empty, so it was not sent.',
    restarted: 'The sandbox was started anew; the old messages are gone.',
    noSample: 'The sample can’t be loaded.',
  },
  ru: {
    language: 'Язык',
    newChat: 'Новый чат от другого пользователя',
    newChatQuestion: 'Начать новый чат от другого пользователя? К этому вернуться не получится.',
    welcomeTitle: 'Что умеет этот бот?',
    noDescription: 'Отправьте ему фото и посмотрите.',
    start: 'Начать',
    messages: 'Сообщения',
    toBottom: 'К новым сообщениям',
    samples: 'Или попробуйте на этих',
    samplePhotos: 'Примеры фото',
    sample_group: 'Группа',
    'sample_mona-lisa': 'Мона Лиза',
    sample_connery: 'Шон Коннери',
    dropAsFiles: 'Сюда, чтобы отправить файлами',
    commands: 'Команды',
    attach: 'Прикрепить фото',
    message: 'Сообщение',
    send: 'Отправить',
    drop: 'Перетащите фото сюда',
    photo: 'Фото',
    file: 'Файл',
    close: 'Закрыть',
    previous: 'Предыдущее фото',
    next: 'Следующее фото',
    bot: 'бот',
    you: 'Вы',
    edited: 'изменено',
    today: 'Сегодня',
    yesterday: 'Вчера',
    typing: 'печатает …',
    uploading: 'отправляет фото …',
    uploadingFile: 'отправляет файл …',
    connecting: 'Соединение …',
    reconnecting: 'Нет связи. Пробую снова …',
    sending: 'Отправляется',
    waiting: 'Уйдёт, когда появится связь',
    sent: 'Отправлено',
    notSent: 'Не отправлено.',
    retry: 'Повторить',
    asFile: 'Отправить файлом',
    discard: 'Удалить',
    openPhoto: 'Открыть фото',
    goneReply: 'Удалённое сообщение',
    tooLarge: 'Файл слишком большой: не больше 50 МБ.',
    emptyFile: 'Файл пустой, поэтому не отправлен.',
    restarted: 'Песочница запущена заново, старых сообщений больше нет.',
    noSample: 'Не удалось загрузить пример.',
  },
  es: {
    language: 'Idioma',
    newChat: 'Chat nuevo como otro usuario',
    newChatQuestion: '¿Empezar un chat nuevo como otro usuario? Este no se podrá volver a abrir.',
    welcomeTitle: '¿Qué puede hacer este bot?',
    noDescription: 'Envíale una foto y verás.',
    start: 'Empezar',
    messages: 'Mensajes',
    toBottom: 'Al mensaje más reciente',
    samples: 'O prueba con una de estas',
    samplePhotos: 'Fotos de ejemplo',
    sample_group: 'Un grupo',
    'sample_mona-lisa': 'La Gioconda',
    sample_connery: 'Sean Connery',
    dropAsFiles: 'Suéltalas aquí para enviarlas como archivos',
    commands: 'Comandos',
    attach: 'Adjuntar fotos',
    message: 'Mensaje',
    send: 'Enviar',
    drop: 'Suelta las fotos para enviarlas',
    photo: 'Foto',
    file: 'Archivo',
    close: 'Cerrar',
    previous: 'Foto anterior',
    next: 'Foto siguiente',
    bot: 'bot',
    you: 'Tú',
    edited: 'editado',
    today: 'Hoy',
    yesterday: 'Ayer',
    typing: 'está escribiendo …',
    uploading: 'está enviando una foto …',
    uploadingFile: 'está enviando un archivo …',
    connecting: 'Conectando …',
    reconnecting: 'Sin conexión. Reintentando …',
    sending: 'Enviando',
    waiting: 'Se enviará cuando vuelva la conexión',
    sent: 'Enviado',
    notSent: 'No enviado.',
    retry: 'Reintentar',
    asFile: 'Enviar como archivo',
    discard: 'Eliminar',
    openPhoto: 'Abrir foto',
    goneReply: 'Mensaje eliminado',
    tooLarge: 'El archivo es demasiado grande: 50 MB como máximo.',
    emptyFile: 'El archivo está vacío y no se ha enviado.',
    restarted: 'El sandbox se ha reiniciado; los mensajes anteriores ya no están.',
    noSample: 'No se puede cargar el ejemplo.',
  },
};

/** @typedef {'en' | 'ru' | 'es'} Language */

export const LANGUAGES = /** @type {Language[]} */ (Object.keys(TEXTS));

/**
 * @param {Language} language
 * @returns {(name: string) => string}
 */
export function textsOf(language) {
  return (name) => TEXTS[language][name] ?? name;
}

/**
 * Writes the texts into elements that ask for them: data-text, data-label, data-placeholder.
 *
 * @param {Language} language
 */
export function translatePage(language) {
  const say = textsOf(language);
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll('[data-label]')) {
    node.setAttribute('aria-label', say(node.dataset.label));
    if (node.tagName === 'BUTTON') node.title = say(node.dataset.label);
  }
  for (const node of document.querySelectorAll('[data-placeholder]')) {
    node.placeholder = `${say(node.dataset.placeholder)} …`;
  }
}
