// Beginnings of files of many kinds. Nothing here is part of the app.

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const MZ = bytes('MZ\x90\x00\x03\x00\x00\x00');
const ELF = bytes('\x7fELF\x02\x01\x01\x00');
const ZIP = bytes('PK\x03\x04\x14\x00');
const OLE = bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');
const text = bytes('x\n');

/** Files that run, install, or make another program run something. */
export const DANGEROUS_FILES: readonly (readonly [string, Uint8Array])[] = [
  ...['exe', 'com', 'scr', 'pif', 'cpl', 'dll', 'sys', 'ocx'].map((ending) => [`a.${ending}`, MZ] as const),
  ...['bin', 'so', 'o', 'run', 'appimage', 'elf'].map((ending) => [`a.${ending}`, ELF] as const),
  ...['msi', 'msp', 'mdb', 'accdb'].map((ending) => [`a.${ending}`, OLE] as const),
  ...['docm', 'dotm', 'xlsm', 'xltm', 'xlsb', 'xlam', 'pptm', 'ppsm', 'potm', 'jar', 'apk', 'xpi', 'msix', 'appx'].map(
    (ending) => [`a.${ending}`, ZIP] as const,
  ),
  ...['bat', 'cmd', 'ps1', 'vbs', 'js', 'jse', 'wsf', 'sh', 'bash', 'py', 'rb', 'pl', 'php', 'lua', 'applescript'].map(
    (ending) => [`a.${ending}`, text] as const,
  ),
  ...['lnk', 'url', 'desktop', 'webloc', 'scf', 'reg', 'inf', 'settingcontent-ms', 'library-ms', 'service'].map(
    (ending) => [`a.${ending}`, text] as const,
  ),
  ...['hta', 'html', 'htm', 'svg', 'mht', 'xml', 'chm', 'rtf', 'iqy', 'slk', 'jnlp'].map(
    (ending) => [`a.${ending}`, text] as const,
  ),
  ...['iso', 'img', 'vhd', 'dmg', 'pkg', 'deb', 'rpm', 'command', 'crx'].map(
    (ending) => [`a.${ending}`, text] as const,
  ),
  // By their bytes, whatever the name.
  ['photo.jpg', MZ],
  ['photo.jpg', ELF],
  ['letter.pdf', MZ],
  ['noending', MZ],
  ['noending', ELF],
  ['notes.txt', bytes('#!/bin/sh\nrm -rf /\n')],
  ['notes.txt', bytes('<html><script>alert(1)</script>')],
  ['notes.txt', bytes('\n <!DOCTYPE html><p>')],
  ['photo.png', bytes('<svg onload="alert(1)">')],
  ['notes.txt', bytes('[Desktop Entry]\nExec=sh\n')],
  ['notes.txt', bytes('[InternetShortcut]\nURL=file:///\n')],
  ['data', bytes('\xca\xfe\xba\xbe\x00\x00\x00\x34')],
  ['data', bytes('\xcf\xfa\xed\xfe\x07\x00\x00\x01')],
  ['data', bytes('L\x00\x00\x00\x01\x14\x02\x00\x00\x00')],
  ['letter.docx', OLE],
  ['UPPER.EXE', MZ],
  ['Mixed.JpG.eXe', text],
];

/** Files that any program may open, by their names. */
export const HARMLESS_FILES: Readonly<Record<string, Uint8Array>> = {
  'a.jpg': bytes('\xff\xd8\xff\xe0\x00\x10JFIF'),
  'a.PNG': bytes('\x89PNG\r\n\x1a\n'),
  'a.png': bytes('\x89PNG\r\n\x1a\n'),
  'a.gif': bytes('GIF89a'),
  'a.webp': bytes('RIFF\x10\x00\x00\x00WEBPVP8 '),
  'a.mp3': bytes('ID3\x03\x00'),
  'a.wav': bytes('RIFF\x10\x00\x00\x00WAVEfmt '),
  'a.ogg': bytes('OggS\x00\x02'),
  'a.mp4': bytes('\x00\x00\x00\x20ftypisom'),
  'a.webm': bytes('\x1a\x45\xdf\xa3\x01'),
  'a.pdf': bytes('%PDF-1.7\n'),
  'a.docx': ZIP,
  'a.txt': bytes('Good morning\n'),
  'empty.txt': new Uint8Array(),
};
