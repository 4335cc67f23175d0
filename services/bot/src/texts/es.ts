import { type AlbumWords, albumLine } from './album-line.ts';
import { type ScoreWords, scoredText, type Unscored } from './score-list.ts';
import { statsText } from './stats-figures.ts';
import type { Texts } from './texts.ts';
import { words } from './words.ts';

const say = words('es', {
  second: { one: 'segundo', other: 'segundos' },
  minute: { one: 'minuto', other: 'minutos' },
  hour: { one: 'hora', other: 'horas' },
});
const { count, duration, size } = say;
const photos = { one: 'foto', other: 'fotos' };
const pixels = { one: 'píxel', other: 'píxeles' };

const noneOfThem: Unscored = {
  child: 'Parecen caras de niños, y no pongo nota a los niños. Si me equivoco, lo siento.',
  unsure:
    'Estas caras pueden ser de menores de 18 años, por eso no les he puesto nota. También les pasa a los adultos.',
  both: 'Estas caras parecen de niños o pueden ser de menores de 18 años, por eso no les he puesto nota. También les pasa a los adultos.',
};
const theOne: Unscored = {
  ...noneOfThem,
  child: 'Parece la cara de un niño, y no pongo nota a los niños. Si me equivoco, lo siento.',
  unsure:
    'Esta cara puede ser de alguien menor de 18 años, por eso no le he puesto nota. También les pasa a los adultos.',
};
const someOfThem: Unscored = {
  child: '–: parece un niño, y a los niños no les pongo nota.',
  unsure: '–: puede tener menos de 18 años, por eso no lleva nota. También les pasa a los adultos.',
  both: '–: parece un niño o puede tener menos de 18 años, por eso no lleva nota. También les pasa a los adultos.',
};

const inScores: ScoreWords = {
  one: (score) => `Nota: ${score} de 10`,
  order: 'De izquierda a derecha',
  rowByRow: 'fila por fila',
  more: (n) => `Otras ${n} están en la imagen.`,
  uncertain: '≈ significa menos segura: la cara está girada, es pequeña o está tapada en parte.',
  guess: 'Es lo que un modelo supone de esta imagen, no de una persona.',
  unscored: { theOne, noneOfThem, someOfThem },
};

const inAlbum: AlbumWords = {
  highest: 'La nota más alta',
  next: 'Después',
  without: 'Sin nota',
  photo: 'foto',
  caution: 'Las diferencias de menos de medio punto significan poco.',
};

const cantRead = (kind: string) =>
  `No puedo leer archivos ${kind}. Envíalo como JPEG, PNG o WebP, o como foto en lugar de como archivo.`;

export const es: Texts = {
  commands: {
    score: 'pone nota a la foto a la que respondes',
    start: 'qué hace este bot',
    help: 'qué enviar y cuáles son los límites',
    privacy: 'qué pasa con tus fotos',
    cancel: 'descarta tus fotos en espera',
  },
  description: {
    long: 'Envíame una foto con caras: marcaré cada una con un recuadro y le pondré una nota de 0 a 10. No guardo fotos.',
    short: 'Encuentra las caras de una foto y pone a cada una una nota de 0 a 10. No guarda fotos.',
  },
  start: () =>
    [
      '¡Hola! Envíame una foto con caras: marcaré cada una con un recuadro y le pondré una nota de 0 a 10.',
      'Qué es la nota: cómo valoraría esta imagen un modelo informático que aprendió de las valoraciones que la gente dio a caras hechas por ordenador. No es un hecho sobre una persona: la luz, el ángulo y el objetivo la cambian.',
      'Por favor, no lo uses con niños ni con personas que no estén de acuerdo. No pongo nota a los niños.',
      '/help: qué puedes enviar\n/privacy: qué pasa con tus fotos',
    ].join('\n\n'),
  startInGroup: (username) =>
    [
      `¡Hola! Responde a una foto con /score@${username}, o ponlo en el texto de una foto: marcaré cada cara con un recuadro y le pondré una nota de 0 a 10.`,
      'La nota es lo que un modelo informático supone de una imagen, no un hecho sobre una persona. Por favor, no lo uses con niños ni con personas que no estén de acuerdo.',
      `/help@${username}: qué funciona aquí y cuáles son los límites`,
    ].join('\n\n'),
  help: (limits, username) =>
    [
      'Envíame una foto o un archivo de imagen: JPEG, PNG o WebP. Cada foto de un álbum recibe su propia respuesta, y tras la última digo su orden.',
      [
        'Los límites:',
        `• como máximo ${size(limits.maxPhotoBytes)} por archivo`,
        `• el lado corto, al menos ${count(limits.minPhotoSide, pixels)}`,
        `• ${count(limits.maxActivePerUser, photos)} a la vez`,
        `• ${count(limits.requestsPerWindow, photos)} en ${duration(limits.windowSeconds)}`,
      ].join('\n'),
      `Toda foto que acepto recibe una respuesta en menos de ${duration(limits.deadlineSeconds)}. /cancel descarta las que aún esperan.`,
      'La nota es lo que, según calculo, la gente pondría a la imagen en una escala de diez puntos: la mayoría de las caras recibe de 3 a 7.',
      'Las notas van de izquierda a derecha, fila por fila. «≈» delante de una nota significa que es menos segura: la cara está girada, es pequeña o está tapada en parte.',
      'Una cara que parece de niño nunca recibe nota. La que puede ser de alguien menor de 18 años tampoco la recibe, y eso también les pasa a los adultos. Si la respuesta lleva un botón para ello, quien envió la foto puede decir que todos tienen 18 años o más, y la miro otra vez.',
      `En un grupo miro las fotos a las que alguien responde con /score@${username}, o que lo llevan en el texto. Allí /help@${username} explica más.`,
    ].join('\n\n'),
  helpInGroup: (limits, username, readsAll) =>
    [
      `Responde a la foto o al archivo de imagen de cualquiera con /score@${username}, o ponlo en el texto de los tuyos. Eso funciona siempre.`,
      readsAll
        ? `También funciona @${username} en el texto de una foto o como respuesta a ella, y una foto en respuesta a un mensaje mío. De un álbum miro todas las fotos.`
        : `También funciona una foto en respuesta a un mensaje mío. @${username} en el texto de una foto, o como respuesta a ella, solo funciona donde soy administrador: si no, Telegram no me lo muestra, ni tampoco las demás fotos de un álbum.`,
      `Los límites: ${size(limits.maxPhotoBytes)} por archivo, ${count(limits.maxActivePerUser, photos)} de una persona a la vez, ${count(limits.requestsPerWindow, photos)} en ${duration(limits.windowSeconds)}. Cuentan para quien lo pide.`,
      'En mi chat privado, /help explica más sobre las notas.',
    ].join('\n\n'),
  privacy: (limits) =>
    [
      'No guardo fotos. La tuya se borra en cuanto la he mirado, y la imagen con las notas en cuanto la tienes.',
      `Hasta entonces conservo la foto y lo que necesito para responderte: tu número de usuario, el chat, tu mensaje y tu idioma; de un álbum también sus notas, hasta la última respuesta. Eso acaba en ${duration(limits.deadlineSeconds)} como mucho, pase lo que pase, salvo que el propio Telegram no responda.`,
      `Cuento cuántas fotos has enviado en ${duration(limits.windowSeconds)}. Durante un día recuerdo un código de cada foto, para no hacer ninguna dos veces; no dice de quién era ni qué había en ella.`,
      'Para no poner nota a los niños calculo si una cara parece de menos de 18 años. La edad calculada no se guarda, no se registra ni se comunica a nadie; solo queda que esa cara no tiene nota.',
      'Si pulsas el botón de una respuesta, vuelvo a pedir tu foto a Telegram y la miro una vez más. No se guarda nada más para eso.',
      'Nadie mira tus fotos y nada aprende de ellas. Lo que hay en este chat se queda en Telegram hasta que lo borres.',
    ].join('\n\n'),
  unknownCommand: () => 'No conozco esa orden. /help explica lo que sé hacer.',
  privateBot: (id) => `Este bot es privado. Para usarlo, pide a quien lo gestiona que añada este número: ${id}`,
  stats: (stats) =>
    statsText(stats, {
      running: `attrai ${stats.version}, en marcha desde hace ${duration(stats.seconds)}`,
      inWork: 'En curso',
      waiting: 'Esperan un estimador',
      estimators: 'Estimadores listos',
      answered: 'Respondidas desde el inicio',
    }),

  howToScore: (username, inPrivate) =>
    inPrivate
      ? 'Envíame una foto, o responde a una con /score.'
      : `Responde a una foto con /score@${username}, o ponlo en el texto de una foto.`,
  inWork: 'Ya estoy mirando esta foto.',
  myOwn: 'Este mensaje es mío. Responde con /score a la foto misma.',

  cancelled: (n) =>
    n === 0 ? 'No tienes ninguna foto en espera.' : `Descartado: ${count(n, photos)}. Ya no habrá respuesta.`,
  notCancelled: 'Algo no funciona por mi parte. Por favor, envía /cancel otra vez un poco más tarde.',
  photoCancelled: 'Has cancelado esta foto.',

  placeholder: ({ position, waitSeconds }) => {
    const place =
      position <= 1 ? 'Recibida. Tu foto es la siguiente.' : `Recibida. Tu foto es la número ${position} de la cola.`;
    return waitSeconds === undefined ? place : `${place} La respuesta llegará en unos ${duration(waitSeconds)}.`;
  },

  tooLarge: (bytes, limits) =>
    `Este archivo es demasiado grande${bytes === undefined ? '' : `: tiene ${size(bytes)}`}. Acepto hasta ${size(limits.maxPhotoBytes)}. Envíalo como foto y no como archivo: Telegram lo reduce.`,
  tooSmall: (side, limits) =>
    `Esta imagen es demasiado pequeña: su lado corto tiene ${count(side, pixels)} y necesito al menos ${limits.minPhotoSide}. Envía una más grande.`,
  tooManyActive: (limits) =>
    `Ya estoy trabajando en ${count(limits.maxActivePerUser, photos)} de las tuyas y no acepto más a la vez. Inténtalo otra vez cuando haya respondido a una de ellas.`,
  tooOften: (waitSeconds, limits) =>
    `Mi límite es de ${count(limits.requestsPerWindow, photos)} en ${duration(limits.windowSeconds)}. Podrás enviar más en ${duration(waitSeconds)}.`,
  severalRefused: {
    leftOut: ({ refused, sent, numbers }) =>
      refused === sent
        ? `No he aceptado ninguna de estas ${count(sent, photos)}.`
        : `De estas ${count(sent, photos)} he dejado fuera ${refused}: ${numbers === undefined ? 'esta y algunas de las siguientes' : `número ${numbers}`}.`,
    too_large: (limits) =>
      `Son demasiado grandes: acepto hasta ${size(limits.maxPhotoBytes)} por archivo. Envíalas como fotos y no como archivos: Telegram las reduce.`,
    too_small: (limits) =>
      `Son demasiado pequeñas: el lado corto debe tener al menos ${count(limits.minPhotoSide, pixels)}. Envía otras más grandes.`,
    too_many_active: (limits) =>
      `Trabajo como mucho en ${count(limits.maxActivePerUser, photos)} de las tuyas a la vez. Por favor, envíalas otra vez cuando haya respondido a las demás.`,
    too_often: (waitSeconds, limits) =>
      `Mi límite es de ${count(limits.requestsPerWindow, photos)} en ${duration(limits.windowSeconds)}. Por favor, envíalas otra vez en ${duration(waitSeconds)}.`,
  },
  notAPhoto: {
    text: 'Envíame una foto con caras y le pondré nota a cada una. /help explica más.',
    sticker: 'Bonito sticker, pero necesito una foto: JPEG, PNG o WebP.',
    gif: 'No puedo mirar animaciones. Envía una de sus imágenes como foto.',
    video: 'No puedo mirar vídeos. Envía una de sus imágenes como foto.',
    video_note: 'No puedo mirar mensajes de vídeo. Envíame una foto.',
    voice: 'No puedo escuchar sonido. Envíame una foto.',
    heic: 'No puedo leer archivos HEIC. Envíalo como foto y no como archivo: Telegram lo convierte.',
    avif: cantRead('AVIF'),
    tiff: cantRead('TIFF'),
    bmp: cantRead('BMP'),
    pdf: 'No puedo leer archivos PDF. Envía la página como foto.',
    other_image:
      'No puedo leer este tipo de imagen. Envíala como JPEG, PNG o WebP, o como foto en lugar de como archivo.',
    document: 'Este archivo no es una imagen que yo pueda leer. Envía una foto o un archivo JPEG, PNG o WebP.',
    other: 'Solo sé trabajar con fotos. Envíame una con caras.',
  },

  scored: (faces) => scoredText(faces, inScores, say),
  album: (scores) => albumLine(scores, inAlbum, say),
  expired: (limits) =>
    `Lo siento, no he podido mirar esta foto en ${duration(limits.deadlineSeconds)}. Por favor, envíala otra vez un poco más tarde.`,
  answer: {
    no_face:
      'No he encontrado ninguna cara en esta foto. Funciona mejor si la cara mira a la cámara, tiene buena luz y no es demasiado pequeña en la imagen.',
    unreadable: 'No puedo leer este archivo: no es JPEG, PNG ni WebP, o está dañado. Prueba a enviarlo como foto.',
    too_many_pixels:
      'Esta imagen tiene demasiados píxeles para mí. Envíala como foto y no como archivo: Telegram la reduce.',
    photo_missing: 'Lo siento, tu foto se me ha perdido. Por favor, envíala otra vez.',
    failed: 'Lo siento, no he podido terminar esta foto. Prueba con otra.',
    file_gone: 'Telegram ya no me da este archivo. Por favor, envíalo otra vez.',
    files_out_of_reach:
      'Lo siento, algo está mal configurado por mi parte: no puedo recibir las fotos que me envían. Por favor, envía esta otra vez más tarde.',
  },
  maybeAnswered: 'Puede que mi respuesta a esta foto no haya llegado. Si no la ves, por favor, envía la foto otra vez.',

  adultsButton: 'Aquí todos tienen 18 años o más',
  pressed: {
    accepted: 'La estoy mirando otra vez.',
    in_work: 'Ya la estoy mirando otra vez.',
    answered: 'Ya he mirado esta foto otra vez. Para que la mire una vez más, envíala de nuevo.',
    cancelled: 'Lo has cancelado. Para que mire la foto una vez más, envíala de nuevo.',
    not_sender:
      'Eso solo puede decirlo la persona que envió la foto, y nadie si se envió en nombre de un grupo o canal.',
    photo_gone: 'Esta foto ya no está en el chat. Por favor, envíala otra vez.',
    too_old: 'Este botón es demasiado antiguo. Por favor, envía la foto otra vez.',
    off: 'No pongo nota a las caras que pueden ser de menores de 18 años.',
    down: 'Algo no funciona por mi parte. Púlsalo otra vez un poco más tarde.',
  },
};
