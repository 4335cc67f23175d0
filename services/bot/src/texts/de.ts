import { type AlbumWords, albumLine } from './album-line.ts';
import { type ScoreWords, scoredText, type Unscored } from './score-list.ts';
import { statsText } from './stats-figures.ts';
import type { Texts } from './texts.ts';
import { words } from './words.ts';

const say = words('de', {
  second: { one: 'Sekunde', other: 'Sekunden' },
  minute: { one: 'Minute', other: 'Minuten' },
  hour: { one: 'Stunde', other: 'Stunden' },
});
const { count, duration, size } = say;
const photos = { one: 'Foto', other: 'Fotos' };
const pixels = { one: 'Pixel', other: 'Pixel' };

const noneOfThem: Unscored = {
  child: 'Das sieht nach Kindergesichtern aus, und Kinder bewerte ich nicht. Wenn ich mich irre, tut es mir leid.',
  unsure:
    'Diese Gesichter könnten unter 18 sein, deshalb habe ich sie nicht bewertet. Das passiert auch bei Erwachsenen.',
  both: 'Diese Gesichter sehen nach Kindern aus oder könnten unter 18 sein, deshalb habe ich sie nicht bewertet. Das passiert auch bei Erwachsenen.',
};
const theOne: Unscored = {
  ...noneOfThem,
  child: 'Das sieht nach einem Kindergesicht aus, und Kinder bewerte ich nicht. Wenn ich mich irre, tut es mir leid.',
  unsure: 'Dieses Gesicht könnte unter 18 sein, deshalb habe ich es nicht bewertet. Das passiert auch bei Erwachsenen.',
};
const someOfThem: Unscored = {
  child: '–: sieht nach einem Kind aus, und Kinder bewerte ich nicht.',
  unsure: '–: könnte unter 18 sein, deshalb keine Wertung. Das passiert auch bei Erwachsenen.',
  both: '–: sieht nach einem Kind aus oder könnte unter 18 sein, deshalb keine Wertung. Das passiert auch bei Erwachsenen.',
};

const inScores: ScoreWords = {
  one: (score) => `Wertung: ${score} von 10`,
  order: 'Von links nach rechts',
  rowByRow: 'Reihe für Reihe',
  more: (n) => `Weitere Wertungen im Bild: ${n}.`,
  uncertain: '≈ heißt weniger sicher: Das Gesicht ist abgewandt, klein oder teilweise verdeckt.',
  guess: 'Das schätzt ein Modell über dieses Bild, nicht über einen Menschen.',
  unscored: { theOne, noneOfThem, someOfThem },
};

const inAlbum: AlbumWords = {
  highest: 'Höchste Wertung',
  next: 'Dann',
  without: 'Ohne Wertung',
  photo: 'Foto',
  caution: 'Unterschiede von weniger als einem halben Punkt bedeuten wenig.',
};

const cantRead = (kind: string) =>
  `${kind}-Dateien kann ich nicht lesen. Schick das Bild als JPEG, PNG oder WebP, oder als Foto statt als Datei.`;

export const de: Texts = {
  commands: {
    score: 'bewertet das Foto, auf das du antwortest',
    start: 'was dieser Bot macht',
    help: 'was du schicken kannst, und die Grenzen',
    privacy: 'was mit deinen Fotos geschieht',
    cancel: 'streicht deine Fotos, die noch warten',
  },
  description: {
    long: 'Schick mir ein Foto mit Gesichtern. Ich zeichne um jedes einen Rahmen und gebe ihm eine Wertung von 0 bis 10. Ich behalte keine Fotos.',
    short: 'Findet die Gesichter auf einem Foto und gibt jedem eine Wertung von 0 bis 10. Behält keine Fotos.',
  },
  start: () =>
    [
      'Hallo! Schick mir ein Foto mit Gesichtern. Ich zeichne um jedes einen Rahmen und gebe ihm eine Wertung von 0 bis 10.',
      'Was eine Wertung ist: So würde ein Computermodell dieses Bild bewerten. Gelernt hat es aus dem, was Menschen zu Gesichtern aus dem Computer gesagt haben. Sie ist keine Tatsache über einen Menschen: Licht, Winkel und Objektiv verändern sie.',
      'Bitte schick mir keine Fotos von Kindern und von Menschen, die nicht zugestimmt haben. Kinder bewerte ich nicht.',
      '/help: was du schicken kannst\n/privacy: was mit deinen Fotos geschieht',
    ].join('\n\n'),
  startInGroup: (username) =>
    [
      `Hallo! Antworte auf ein Foto mit /score@${username}, oder schreib das in den Text eines Fotos. Ich zeichne um jedes Gesicht einen Rahmen und gebe ihm eine Wertung von 0 bis 10.`,
      'Eine Wertung ist die Schätzung eines Computermodells zu einem Bild, keine Tatsache über einen Menschen. Bitte nicht bei Kindern und bei Menschen, die nicht zugestimmt haben.',
      `/help@${username}: was hier geht, und die Grenzen`,
    ].join('\n\n'),
  help: (limits, username) =>
    [
      'Schick mir ein Foto oder eine Bilddatei: JPEG, PNG oder WebP. Zu jedem Foto eines Albums gibt es eine eigene Antwort, und nach der letzten ihre Reihenfolge.',
      [
        'Die Grenzen:',
        `• höchstens ${size(limits.maxPhotoBytes)} pro Datei`,
        `• die kürzere Seite mindestens ${count(limits.minPhotoSide, pixels)}`,
        `• ${count(limits.maxActivePerUser, photos)} gleichzeitig in Arbeit`,
        `• ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}`,
      ].join('\n'),
      `Zu jedem Foto, das ich annehme, bekommst du innerhalb von ${duration(limits.deadlineSeconds)} eine Antwort. /cancel streicht die, die noch warten.`,
      'Eine Wertung ist meine Schätzung, was Menschen dem Bild auf einer Skala von zehn Punkten geben würden: Die meisten Gesichter bekommen 3 bis 7.',
      'Die Wertungen stehen von links nach rechts, Reihe für Reihe. „≈“ vor einer Wertung heißt, dass sie weniger sicher ist: Das Gesicht ist abgewandt, klein oder teilweise verdeckt.',
      'Ein Gesicht, das nach einem Kind aussieht, bewerte ich nie. Eines, das unter 18 sein könnte, bekommt auch keine Wertung; das passiert auch bei Erwachsenen. Hat die Antwort einen Knopf dafür, kann der Absender des Fotos sagen, dass alle darauf 18 oder älter sind. Dann sehe ich es mir noch einmal an.',
      `In einer Gruppe sehe ich mir Fotos an, auf die jemand mit /score@${username} antwortet oder die es im Text haben. /help@${username} sagt dort mehr.`,
    ].join('\n\n'),
  helpInGroup: (limits, username, readsAll) =>
    [
      `Antworte auf ein Foto oder eine Bilddatei von wem auch immer mit /score@${username}, oder schreib das in den Text deines eigenen. Das geht immer.`,
      readsAll
        ? `@${username} im Text eines Fotos oder als Antwort darauf geht auch, ebenso ein Foto als Antwort auf eine Nachricht von mir. Von einem Album sehe ich mir jedes Foto an.`
        : `Ein Foto als Antwort auf eine Nachricht von mir geht auch. @${username} im Text eines Fotos oder als Antwort darauf geht nur, wo ich Administrator bin: Sonst zeigt Telegram es mir nicht, und die anderen Fotos eines Albums auch nicht.`,
      `Die Grenzen: ${size(limits.maxPhotoBytes)} pro Datei, ${count(limits.maxActivePerUser, photos)} von einer Person gleichzeitig in Arbeit, ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. Sie zählen für den, der fragt.`,
      'Mehr über Wertungen sagt /help im privaten Chat mit mir.',
    ].join('\n\n'),
  privacy: (limits) =>
    [
      'Ich behalte keine Fotos. Deins wird gelöscht, sobald ich es angesehen habe, und das Bild mit den Wertungen, sobald du es hast.',
      `Bis dahin habe ich das Foto und was ich für die Antwort brauche: deine Nutzernummer, den Chat, deine Nachricht und deine Sprache; von einem Album auch seine Wertungen, bis zur letzten Antwort. Das endet innerhalb von ${duration(limits.deadlineSeconds)}, was auch geschieht, außer wenn Telegram selbst nicht erreichbar ist.`,
      `Ich zähle, wie viele Fotos du in ${duration(limits.windowSeconds)} geschickt hast. Einen Tag lang merke ich mir zu jedem Foto einen Code, damit ich keines zweimal bearbeite. Er sagt nicht, von wem es war oder was darauf war.`,
      'Um Kinder auszulassen, schätze ich, ob ein Gesicht jünger als 18 aussieht. Das geschätzte Alter wird nie gespeichert, protokolliert oder weitergegeben, nur dass ein Gesicht keine Wertung bekam.',
      'Wenn du den Knopf unter einer Antwort drückst, hole ich dein Foto noch einmal von Telegram und sehe es mir wieder an. Sonst wird dafür nichts behalten.',
      'Niemand sieht deine Fotos an, und nichts lernt aus ihnen. Was in diesem Chat steht, bleibt bei Telegram, bis du es löschst.',
    ].join('\n\n'),
  unknownCommand: () => 'Diesen Befehl kenne ich nicht. /help sagt dir, was ich kann.',
  privateBot: (id) =>
    `Dieser Bot ist privat. Wer ihn benutzen will, bittet den Betreiber, diese Nummer einzutragen: ${id}`,
  stats: (stats) =>
    statsText(stats, {
      running: `attrai ${stats.version}, läuft seit ${duration(stats.seconds)}`,
      inWork: 'In Arbeit',
      waiting: 'Warten auf einen Schätzer',
      estimators: 'Bereite Schätzer',
      answered: 'Beantwortet seit dem Start',
    }),

  howToScore: (username, inPrivate) =>
    inPrivate
      ? 'Schick mir ein Foto, oder antworte auf eines mit /score.'
      : `Antworte auf ein Foto mit /score@${username}, oder schreib das in den Text eines Fotos.`,
  inWork: 'Ich sehe mir dieses Foto schon an.',
  myOwn: 'Diese Nachricht ist von mir. Antworte mit /score auf das Foto selbst.',

  cancelled: (n) =>
    n === 0
      ? 'Von deinen Fotos wartet gerade keines.'
      : `Gestrichen: ${count(n, photos)}. Dazu kommt keine Antwort mehr.`,
  notCancelled: 'Bei mir ist gerade etwas ausgefallen. Bitte schick /cancel etwas später noch einmal.',
  photoCancelled: 'Du hast dieses Foto gestrichen.',

  placeholder: ({ position, waitSeconds }) => {
    const place =
      position <= 1
        ? 'Angekommen. Dein Foto ist als nächstes dran.'
        : `Angekommen. Dein Foto ist Nummer ${position} in der Schlange.`;
    return waitSeconds === undefined ? place : `${place} Noch etwa ${duration(waitSeconds)}.`;
  },

  tooLarge: (bytes, limits) =>
    `Diese Datei ist zu groß${bytes === undefined ? '' : `: Sie hat ${size(bytes)}`}. Ich nehme höchstens ${size(limits.maxPhotoBytes)}. Schick sie als Foto statt als Datei: Telegram macht sie kleiner.`,
  tooSmall: (side, limits) =>
    `Dieses Bild ist zu klein: Seine kürzere Seite hat ${count(side, pixels)}, und ich brauche mindestens ${limits.minPhotoSide}. Schick ein größeres.`,
  tooManyActive: (limits) =>
    `Ich arbeite schon an ${count(limits.maxActivePerUser, photos)} von dir, mehr nehme ich nicht auf einmal. Versuch es wieder, wenn ich eines davon beantwortet habe.`,
  tooOften: (waitSeconds, limits) =>
    `Meine Grenze: ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. In ${duration(waitSeconds)} kannst du wieder etwas schicken.`,
  severalRefused: {
    leftOut: ({ refused, sent, numbers }) =>
      refused === sent
        ? `Ich habe keines dieser ${count(sent, photos)} genommen.`
        : `Von diesen ${count(sent, photos)} habe ich ${refused} ausgelassen: ${numbers === undefined ? 'dieses und einige danach' : `Nummer ${numbers}`}.`,
    too_large: (limits) =>
      `Sie sind zu groß: Ich nehme höchstens ${size(limits.maxPhotoBytes)} pro Datei. Schick sie als Fotos statt als Dateien: Telegram macht sie kleiner.`,
    too_small: (limits) =>
      `Sie sind zu klein: Die kürzere Seite muss mindestens ${count(limits.minPhotoSide, pixels)} haben. Schick größere.`,
    too_many_active: (limits) =>
      `Ich arbeite an höchstens ${count(limits.maxActivePerUser, photos)} von dir auf einmal. Bitte schick sie noch einmal, wenn ich die anderen beantwortet habe.`,
    too_often: (waitSeconds, limits) =>
      `Meine Grenze: ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. Bitte schick sie in ${duration(waitSeconds)} noch einmal.`,
  },
  notAPhoto: {
    text: 'Schick mir ein Foto mit Gesichtern, und ich bewerte jedes. /help sagt dir mehr.',
    sticker: 'Schöner Sticker, aber ich brauche ein Foto: JPEG, PNG oder WebP.',
    gif: 'Animationen kann ich mir nicht ansehen. Schick ein Bild daraus als Foto.',
    video: 'Videos kann ich mir nicht ansehen. Schick ein Bild daraus als Foto.',
    video_note: 'Videonachrichten kann ich mir nicht ansehen. Schick mir ein Foto.',
    voice: 'Ton kann ich mir nicht anhören. Schick mir ein Foto.',
    heic: 'HEIC-Dateien kann ich nicht lesen. Schick das Bild als Foto statt als Datei: Telegram wandelt es um.',
    avif: cantRead('AVIF'),
    tiff: cantRead('TIFF'),
    bmp: cantRead('BMP'),
    pdf: 'PDF-Dateien kann ich nicht lesen. Schick die Seite als Foto.',
    other_image:
      'Diese Art von Bilddatei kann ich nicht lesen. Schick sie als JPEG, PNG oder WebP, oder als Foto statt als Datei.',
    document: 'Diese Datei ist kein Bild, das ich lesen kann. Schick ein Foto oder eine Datei in JPEG, PNG oder WebP.',
    other: 'Ich kann nur mit Fotos etwas anfangen. Schick mir eines mit Gesichtern.',
  },

  scored: (faces) => scoredText(faces, inScores, say),
  album: (scores) => albumLine(scores, inAlbum, say),
  expired: (limits) =>
    `Tut mir leid, ich konnte mir dieses Foto nicht innerhalb von ${duration(limits.deadlineSeconds)} ansehen. Bitte schick es etwas später noch einmal.`,
  answer: {
    no_face:
      'Auf diesem Foto habe ich kein Gesicht gefunden. Am besten klappt es, wenn das Gesicht zur Kamera zeigt, gut beleuchtet und im Bild nicht zu klein ist.',
    unreadable:
      'Diese Datei kann ich nicht lesen: Sie ist kein JPEG, PNG oder WebP, oder sie ist beschädigt. Versuch, sie als Foto zu schicken.',
    too_many_pixels:
      'Dieses Bild hat zu viele Pixel für mich. Schick es als Foto statt als Datei: Telegram macht es kleiner.',
    photo_missing: 'Tut mir leid, dein Foto ist bei mir verloren gegangen. Bitte schick es noch einmal.',
    failed: 'Tut mir leid, mit diesem Foto bin ich nicht fertig geworden. Bitte versuch es mit einem anderen.',
    file_gone: 'Telegram gibt mir diese Datei nicht mehr. Bitte schick sie noch einmal.',
    files_out_of_reach:
      'Tut mir leid, bei mir ist etwas falsch eingestellt: Ich komme nicht an die Fotos, die man mir schickt. Bitte schick dieses später noch einmal.',
  },
  maybeAnswered:
    'Vielleicht ist meine Antwort auf dieses Foto nicht angekommen. Wenn du sie nicht siehst, schick das Foto bitte noch einmal.',

  adultsButton: 'Hier sind alle 18 oder älter',
  pressed: {
    accepted: 'Ich sehe es mir noch einmal an.',
    in_work: 'Ich bin schon dabei, es mir noch einmal anzusehen.',
    answered: 'Dieses Foto habe ich mir schon noch einmal angesehen. Für einen weiteren Blick schick es noch einmal.',
    cancelled: 'Das hast du gestrichen. Für einen weiteren Blick schick das Foto noch einmal.',
    not_sender:
      'Das kann nur sagen, wer das Foto geschickt hat. Kam es im Namen einer Gruppe oder eines Kanals, kann es niemand.',
    photo_gone: 'Das Foto ist nicht mehr in diesem Chat. Bitte schick es noch einmal.',
    too_old: 'Dieser Knopf ist mir zu alt. Bitte schick das Foto noch einmal.',
    off: 'Gesichter, die unter 18 sein könnten, bewerte ich nicht.',
    down: 'Bei mir ist gerade etwas ausgefallen. Drück etwas später noch einmal.',
  },
};
