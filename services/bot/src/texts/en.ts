import { type AlbumWords, albumLine } from './album-line.ts';
import { type ScoreWords, scoredText, type Unscored } from './score-list.ts';
import { statsText } from './stats-figures.ts';
import type { Texts } from './texts.ts';
import { words } from './words.ts';

const say = words('en', {
  second: { one: 'second', other: 'seconds' },
  minute: { one: 'minute', other: 'minutes' },
  hour: { one: 'hour', other: 'hours' },
});
const { count, duration, size } = say;
const photos = { one: 'photo', other: 'photos' };
const pixels = { one: 'pixel', other: 'pixels' };

const noneOfThem: Unscored = {
  child: "These look like children's faces, and I don't score children. If I'm wrong, I'm sorry.",
  unsure: 'These faces may be under 18, so I left out the scores. It happens to adults too.',
  both: "These faces look like children's or may be under 18, so I left out the scores. It happens to adults too.",
};
const theOne: Unscored = {
  ...noneOfThem,
  child: "This looks like a child's face, and I don't score children. If I'm wrong, I'm sorry.",
  unsure: 'This face may be under 18, so I left out the score. It happens to adults too.',
};
const someOfThem: Unscored = {
  child: '–: looks like a child, never scored.',
  unsure: '–: may be under 18, so no score. It happens to adults too.',
  both: '–: looks like a child or may be under 18, so no score. It happens to adults too.',
};

const inScores: ScoreWords = {
  one: (score) => `Score: ${score} of 10`,
  order: 'From left to right',
  rowByRow: 'row by row',
  more: (n) => `${n} more are in the picture.`,
  uncertain: '≈ means less certain: the face is turned, small or partly covered.',
  guess: "One model's guess about this picture, not about a person.",
  unscored: { theOne, noneOfThem, someOfThem },
};

const inAlbum: AlbumWords = {
  highest: 'Highest score',
  next: 'Then',
  without: 'No score',
  photo: 'photo',
  caution: 'Differences of less than half a point mean little.',
};

const cantRead = (kind: string) =>
  `I can't read ${kind} files. Send it as JPEG, PNG or WebP, or as a photo instead of a file.`;

export const en: Texts = {
  commands: {
    score: 'scores the photo you reply to',
    start: 'what this bot does',
    help: 'what to send, and the limits',
    privacy: 'what happens to your photos',
    cancel: 'drops your photos that wait',
  },
  description: {
    long: 'Send me a photo with faces. I draw a box around each face and give it a score from 0 to 10. I keep no photos.',
    short: 'Finds the faces in a photo and gives each a score from 0 to 10. Keeps no photos.',
  },
  start: () =>
    [
      "Hello! Send me a photo with faces. I'll draw a box around each face and give it a score from 0 to 10.",
      "What a score is: how one computer model, which learned from people's ratings of computer-made faces, would rate this picture. It is not a fact about a person: light, angle and lens move it.",
      "Please don't use it on children, or on people who haven't agreed to it. I don't score children.",
      '/help: what you can send\n/privacy: what happens to your photos',
    ].join('\n\n'),
  startInGroup: (username) =>
    [
      `Hello! Reply to a photo with /score@${username}, or put that in a photo's caption. I'll draw a box around each face and give it a score from 0 to 10.`,
      "A score is one computer model's guess about a picture, not a fact about a person. Please don't use it on children, or on people who haven't agreed to it.",
      `/help@${username}: what works here, and the limits`,
    ].join('\n\n'),
  help: (limits, username) =>
    [
      'Send me a photo, or an image file: JPEG, PNG or WebP. Each photo of an album gets its own answer, and the last one is followed by their order.',
      [
        'The limits:',
        `• at most ${size(limits.maxPhotoBytes)} a file`,
        `• the shorter side at least ${count(limits.minPhotoSide, pixels)}`,
        `• ${count(limits.maxActivePerUser, photos)} in work at once`,
        `• ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}`,
      ].join('\n'),
      `Every photo I take gets an answer within ${duration(limits.deadlineSeconds)}. /cancel drops those that still wait.`,
      'A score is my guess at what people would give the picture on a scale of ten points: most faces get 3 to 7.',
      'Scores are listed from left to right, row by row. “≈” before a score means that it is less certain: the face is turned, small or partly covered.',
      "A face that looks like a child's is never scored. One that may be under 18 gets no score either, which happens to adults too. Where the answer has a button for it, the sender of the photo can say that everyone in it is 18 or older, and I look again.",
      `In a group I look at photos that somebody replies to with /score@${username}, or that have it in their caption. /help@${username} there tells more.`,
    ].join('\n\n'),
  helpInGroup: (limits, username, readsAll) =>
    [
      `Reply to anybody's photo or image file with /score@${username}, or put that in the caption of yours. That always works.`,
      readsAll
        ? `@${username} in a caption works too, or as a reply to a photo; so does a photo in reply to a message of mine. Of an album I look at every photo.`
        : `A photo in reply to a message of mine works too. @${username} in a caption, or as a reply to a photo, works only where I am an administrator: elsewhere Telegram doesn't show it to me, nor the other photos of an album.`,
      `The limits: ${size(limits.maxPhotoBytes)} a file, ${count(limits.maxActivePerUser, photos)} of one person in work at once, ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. They count for who asks.`,
      'More about scores is in my private chat: /help there.',
    ].join('\n\n'),
  privacy: (limits) =>
    [
      'I keep no photos. Yours is deleted once it has been looked at, and the picture with the scores once you have it.',
      `Until then I hold the photo and what I need to answer you: your user number, the chat, your message and your language; of an album also its scores, until the last answer. That ends within ${duration(limits.deadlineSeconds)}, whatever happens, unless Telegram itself is out of reach.`,
      `I count how many photos you sent in the last ${duration(limits.windowSeconds)}. For a day I remember a code for each photo, so that none is done twice; it doesn't say whose photo it was or what was in it.`,
      'To leave children out I estimate whether a face looks younger than 18. An estimated age is never kept, logged or passed on, only that a face got no score.',
      'When you press the button below an answer, I get your photo from Telegram again and look at it once more. Nothing else is kept for that.',
      'Nobody looks at your photos, and nothing learns from them. What is in this chat stays with Telegram until you delete it.',
    ].join('\n\n'),
  unknownCommand: () => "I don't know this command. /help tells what I can do.",
  privateBot: (id) => `This bot is private. To use it, ask whoever runs it to let this number in: ${id}`,
  stats: (stats) =>
    statsText(stats, {
      running: `attrai ${stats.version}, running for ${duration(stats.seconds)}`,
      inWork: 'In work',
      waiting: 'Waiting for an estimator',
      estimators: 'Estimators ready',
      answered: 'Answered since the start',
    }),

  howToScore: (username, inPrivate) =>
    inPrivate
      ? 'Send me a photo, or reply to one with /score.'
      : `Reply to a photo with /score@${username}, or put that in a photo's caption.`,
  inWork: "I'm already looking at this photo.",
  myOwn: 'This is a message of mine. Reply with /score to the photo itself.',

  cancelled: (n) =>
    n === 0
      ? 'None of your photos is waiting.'
      : `Dropped: ${count(n, photos)}. ${n === 1 ? 'It gets' : 'They get'} no answer any more.`,
  notCancelled: 'Something is down on my side. Please send /cancel again a little later.',
  photoCancelled: 'You cancelled this photo.',

  placeholder: ({ position, waitSeconds }) => {
    const place =
      position <= 1 ? 'Got it. Your photo is next.' : `Got it. Your photo is number ${position} in the queue.`;
    return waitSeconds === undefined ? place : `${place} About ${duration(waitSeconds)} to go.`;
  },

  tooLarge: (bytes, limits) =>
    `This file is too large${bytes === undefined ? '' : `: it has ${size(bytes)}`}. I can take up to ${size(limits.maxPhotoBytes)}. Send it as a photo instead of a file: Telegram makes it smaller.`,
  tooSmall: (side, limits) =>
    `This picture is too small: its shorter side has ${count(side, pixels)}, and I need at least ${limits.minPhotoSide}. Send a larger one.`,
  tooManyActive: (limits) =>
    `I'm already working on ${count(limits.maxActivePerUser, photos)} of yours, and take no more at once. Try again when one of them is answered.`,
  tooOften: (waitSeconds, limits) =>
    `My limit is ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. You can send more in ${duration(waitSeconds)}.`,
  severalRefused: {
    leftOut: ({ refused, sent, numbers }) =>
      refused === sent
        ? `I took none of these ${count(sent, photos)}.`
        : `I left out ${refused} of these ${count(sent, photos)}: ${numbers === undefined ? 'this one and some after it' : `number ${numbers}`}.`,
    too_large: (limits) =>
      `They are too large: I can take up to ${size(limits.maxPhotoBytes)} each. Send them as photos instead of files: Telegram makes them smaller.`,
    too_small: (limits) =>
      `They are too small: I need at least ${count(limits.minPhotoSide, pixels)} on the shorter side. Send larger ones.`,
    too_many_active: (limits) =>
      `I work on at most ${count(limits.maxActivePerUser, photos)} of yours at once. Please send them again when I have answered the others.`,
    too_often: (waitSeconds, limits) =>
      `My limit is ${count(limits.requestsPerWindow, photos)} in ${duration(limits.windowSeconds)}. Please send them again in ${duration(waitSeconds)}.`,
  },
  notAPhoto: {
    text: 'Send me a photo with faces, and I score each of them. /help tells more.',
    sticker: 'Nice sticker, but I need a photo: JPEG, PNG or WebP.',
    gif: "I can't look at animations. Send one picture of it as a photo.",
    video: "I can't look at videos. Send one picture of it as a photo.",
    video_note: "I can't look at video messages. Send me a photo.",
    voice: "I can't listen to sound. Send me a photo.",
    heic: "I can't read HEIC files. Send it as a photo instead of a file: Telegram converts it.",
    avif: cantRead('AVIF'),
    tiff: cantRead('TIFF'),
    bmp: cantRead('BMP'),
    pdf: 'A PDF is not a picture I can read. Send the page as a photo.',
    other_image: "I can't read this kind of image file. Send it as JPEG, PNG or WebP, or as a photo instead of a file.",
    document: 'This file is not a picture I can read. Send a photo, or a JPEG, PNG or WebP file.',
    other: 'I can only do something with photos. Send me one with faces.',
  },

  scored: (faces) => scoredText(faces, inScores, say),
  album: (scores) => albumLine(scores, inAlbum, say),
  expired: (limits) =>
    `I'm sorry, I couldn't look at this photo within ${duration(limits.deadlineSeconds)}. Please send it again a little later.`,
  answer: {
    no_face:
      'I found no face in this photo. It works best when the face is turned to the camera, well lit and not too small in the picture.',
    unreadable: "I can't read this file: it is no JPEG, PNG or WebP, or it is damaged. Try to send it as a photo.",
    too_many_pixels:
      'This picture has too many pixels for me. Send it as a photo instead of a file: Telegram makes it smaller.',
    photo_missing: "I'm sorry, your photo got lost on my side. Please send it again.",
    failed: "I'm sorry, I couldn't finish this photo. Please try another one.",
    file_gone: "Telegram doesn't give me this file any more. Please send it again.",
    files_out_of_reach:
      "Sorry, something is set up wrong on my side: I can't get at the photos that are sent to me. Please send this one again later.",
  },
  maybeAnswered: "My answer to this photo may not have arrived. If you don't see it, please send the photo again.",

  adultsButton: 'Everyone here is 18 or older',
  pressed: {
    accepted: "I'm looking at it again.",
    in_work: "I'm already looking at it again.",
    answered: 'I have looked at this photo again already. To have it looked at once more, send it again.',
    cancelled: 'You cancelled that. To have the photo looked at once more, send it again.',
    not_sender:
      'Only the person who sent the photo can say that, and nobody if it was sent in the name of a group or channel.',
    photo_gone: "The photo isn't in this chat any more. Please send it again.",
    too_old: 'This button is too old for me. Please send the photo again.',
    off: "I don't score faces that may be under 18.",
    down: 'Something is down on my side. Press again a little later.',
  },
};
