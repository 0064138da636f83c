import { describe, expect, test } from 'vitest';
import { iconsIn, pictureType } from '../../src/formats/picture.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const svg = (inside: string, more = '') =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"${more}>${inside}</svg>`);

test.each([
  ['png', bytes('89504e470d0a1a0a 0000')],
  ['jpg', bytes('ffd8ffe0 0000')],
  ['gif', Buffer.from('GIF89a....')],
  ['webp', Buffer.from('RIFF\u0001\u0002\u0003\u0004WEBPVP8 ')],
  ['ico', bytes('00000100 0100')],
  ['svg', svg('<path d="M0 0"/>')],
  ['svg', svg('<defs><linearGradient id="a"/></defs><use href="#a"/><path fill="url(#a)"/>')],
  ['svg', svg('<image href="data:image/png;base64,AA=="/>')],
  ['svg', Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- by hand -->\n<svg viewBox="0 0 1 1"/>')],
])('%s is known by its bytes', (type, picture) => {
  expect(pictureType(picture)).toBe(type);
});

describe('what is no picture, or more than one', () => {
  test.each([
    ['nothing', Buffer.from('')],
    ['text', Buffer.from('hello')],
    ['a page with a drawing in it', Buffer.from('<html><svg></svg></html>')],
    ['a script', svg('<script>alert(1)</script>')],
    ['a script of another name space', svg('<svg:script>alert(1)</svg:script>')],
    [
      'a script of a name space with a dot',
      svg('<a.b:script xmlns:a.b="http://www.w3.org/2000/svg">alert(1)</a.b:script>'),
    ],
    ['a style from elsewhere, written otherwise', svg('<style>@\\69mport "https://example.org/a.css"</style>')],
    ['an event', svg('', ' onload="alert(1)"')],
    ['an event without a blank', Buffer.from('<svg/onload=alert(1)>')],
    ['a link', svg('<a href="https://example.org">x</a>')],
    ['a link that runs', svg('<a xlink:href="javascript:alert(1)">x</a>')],
    ['a link without quotes', svg('<a href=javascript:alert(1)>x</a>')],
    ['a link that is written otherwise', svg('<a href="&#106;avascript:alert(1)">x</a>')],
    ['a page in it', svg('<foreignObject><body/></foreignObject>')],
    ['a value that is set later', svg('<set attributeName="href" to="javascript:alert(1)"/>')],
    [
      'a default that runs',
      Buffer.from('<!DOCTYPE svg SYSTEM "a><svg " [<!ATTLIST svg onload CDATA "alert(1)">]><svg/>'),
    ],
    ['an entity', Buffer.from('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>')],
    ['a style from elsewhere', svg('<style>@import "https://example.org/a.css"</style>')],
    ['a picture from elsewhere', svg('<rect style="fill:url(https://example.org/a)"/>')],
    ['a drawing in a drawing', svg('<image href="data:image/svg+xml,%3Csvg/%3E"/>')],
  ])('%s is refused', (_what, picture) => {
    expect(pictureType(picture)).toBeUndefined();
  });
});

// The limit of the runner is what tells: a pattern that looks again and again takes hours here.
test.each([
  ['comments without an end', () => pictureType(Buffer.from('<!---->'.repeat(20_000)))],
  ['headings without an end', () => pictureType(Buffer.from(`<svg>${'<!doctype '.repeat(40_000)}<script>`))],
  ['links without an end', () => iconsIn('<link '.repeat(170_000))],
  ['a link of blanks', () => iconsIn(`<link rel=icon${' '.repeat(1_000_000)}>`)],
])('%s take no time', (_what, look) => {
  expect(look() ?? []).toEqual([]);
});

test('the icons of a page, the largest first', () => {
  const page = `<LINK REL="ICON" HREF="/a.ico"><link rel=icon sizes=192x192 href=/b.png>
    <link href='/c.png' rel='apple-touch-icon'><link rel="icon" href="/d.svg?x=1&amp;y=2">
    <link rel="stylesheet" href="/e.css"><link rel="icon">`;
  expect(iconsIn(page)).toEqual(['/b.png', '/c.png', '/d.svg?x=1&y=2', '/a.ico']);
});
