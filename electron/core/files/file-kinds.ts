import type { FileKind, FileRisk } from '@parley/shared/model';
import { endingOf } from './file-names.ts';

/** The bytes of a file's beginning that are looked at. */
export const HEAD_BYTES = 4_096;

export type FileLook = {
  kind: FileKind;
  risk: FileRisk;
  /** The media type of a picture that a page may show; null for everything else. */
  pictureType: string | null;
};

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * Endings of what runs, installs, changes settings, or makes another program run something, on any of the systems. Whatever is in
 * neither list is treated as carefully; these are called by what they are.
 */
const DANGEROUS: ReadonlySet<string> = new Set(
  words(`
    exe com scr pif bat cmd cpl msi msp mst msix msixbundle appx appxbundle appinstaller application gadget msc msu cab
    ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 vb vbe vbs js jse mjs cjs ws wsf wsc wsh hta sct shb shs jar jnlp class
    reg inf ins isp lnk url website scf settingcontent-ms library-ms search-ms searchconnector-ms theme themepack deskthemepack
    diagcab diagpkg chm hlp cnt grp job its prf xbap ade adp mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz accdb accde
    docm dotm xlsm xltm xlsb xlam xla xll xlw slk iqy oqy rqy dqy pptm potm ppsm ppam sldm ppa wll wiz pub one onepkg rtf
    iso img vhd vhdx vmdk dmg pkg mpkg app command terminal tool action workflow scpt scptd applescript osx osax prefpane kext plugin
    webloc inetloc fileloc mobileconfig provisionprofile
    sh bash zsh csh ksh fish dash run bin elf out appimage deb rpm snap flatpak flatpakref flatpakrepo desktop directory service so dll sys drv ocx
    dylib o ko py pyc pyw pyz pyzw rb pl pm php phar lua tcl awk sed r jl go rs bas
    apk aab ipa xapk xpi crx nex oxt vsix gem whl
    htm html xhtml shtml mht mhtml xml xsl xslt svg svgz swf xul
  `),
);

/** Endings by which macOS takes a folder for a program, or for something that another program runs. */
const BUNDLES: ReadonlySet<string> = new Set(
  words(`
    app appex xpc bundle framework plugin kext osax component prefpane saver wdgt workflow action definition scptd
    pkg mpkg qlgenerator mdimporter service screensaver
  `),
);

/** Whether a system could open a folder of that name as if it were one file. */
export const isBundleName = (name: string): boolean => BUNDLES.has(endingOf(name).slice(1));

/** Endings of harmless kinds, and what their bytes have to be. */
const HARMLESS: Readonly<Record<string, { kind: FileKind; bytes: readonly Sniffed[] }>> = {
  ...of('picture', ['jpeg'], 'jpg jpeg jfif'),
  ...of('picture', ['png'], 'png'),
  ...of('picture', ['gif'], 'gif'),
  ...of('picture', ['webp'], 'webp'),
  ...of('picture', ['avif'], 'avif'),
  ...of('picture', ['bmp'], 'bmp'),
  ...of('picture', ['heif'], 'heic heif'),
  ...of('sound', ['mp3'], 'mp3'),
  ...of('sound', ['wav'], 'wav'),
  ...of('sound', ['flac'], 'flac'),
  ...of('sound', ['ogg'], 'ogg oga opus'),
  ...of('sound', ['mp4'], 'm4a'),
  ...of('video', ['mp4'], 'mp4 m4v mov'),
  ...of('video', ['matroska'], 'webm mkv weba'),
  ...of('video', ['ogg'], 'ogv'),
  ...of('document', ['pdf'], 'pdf'),
  ...of('document', ['zip'], 'docx xlsx pptx odt ods odp epub'),
  ...of('text', ['text', 'nothing'], 'txt text md csv tsv log srt vtt ics vcf'),
};

/** Archives hold anything, so opening one is asked about. */
const ARCHIVES: ReadonlySet<string> = new Set(words('zip 7z rar gz tgz tar bz2 tbz xz txz zst lz lzma z arj lha ace'));

function of(kind: FileKind, bytes: readonly Sniffed[], endings: string) {
  return Object.fromEntries(words(endings).map((ending) => [`.${ending}`, { kind, bytes }]));
}

type Sniffed =
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'avif'
  | 'bmp'
  | 'heif'
  | 'mp3'
  | 'wav'
  | 'flac'
  | 'ogg'
  | 'mp4'
  | 'matroska'
  | 'pdf'
  | 'zip'
  | 'program'
  | 'markup'
  | 'text'
  | 'nothing'
  | 'unknown';

const PICTURE_TYPES: Partial<Record<Sniffed, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
};

/** Signatures at fixed places; `?` stands for any byte. */
const SIGNATURES: readonly (readonly [Sniffed, number, string])[] = [
  ['program', 0, 'MZ'],
  ['program', 0, 'ZM'],
  ['program', 0, '\x7fELF'],
  ['program', 0, '#!'],
  ['program', 0, '\xca\xfe\xba\xbe'],
  ['program', 0, '\xfe\xed\xfa\xce'],
  ['program', 0, '\xfe\xed\xfa\xcf'],
  ['program', 0, '\xce\xfa\xed\xfe'],
  ['program', 0, '\xcf\xfa\xed\xfe'],
  ['program', 0, 'dex\n'],
  ['program', 0, '\x00asm'],
  ['program', 0, 'L\x00\x00\x00\x01\x14\x02\x00'],
  ['program', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['program', 0, '!<arch>'],
  ['program', 0, '\xed\xab\xee\xdb'],
  ['program', 0, 'MSCF'],
  ['program', 0, 'ITSF'],
  ['program', 0, 'REGEDIT4'],
  ['program', 0, 'Windows Registry Editor'],
  ['program', 0, '[InternetShortcut]'],
  ['program', 0, '[Desktop Entry]'],
  ['program', 0, '@echo'],
  ['program', 0, '{\\rtf'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 0, 'RIFF????WEBP'],
  ['wav', 0, 'RIFF????WAVE'],
  ['avif', 4, 'ftypavif'],
  ['avif', 4, 'ftypavis'],
  ['heif', 4, 'ftypheic'],
  ['heif', 4, 'ftypheix'],
  ['heif', 4, 'ftypmif1'],
  ['mp4', 4, 'ftyp'],
  ['mp4', 4, 'moov'],
  ['mp4', 4, 'mdat'],
  ['mp4', 4, 'wide'],
  ['matroska', 0, '\x1a\x45\xdf\xa3'],
  ['ogg', 0, 'OggS'],
  ['flac', 0, 'fLaC'],
  ['mp3', 0, 'ID3'],
  ['mp3', 0, '\xff\xfb'],
  ['mp3', 0, '\xff\xf3'],
  ['mp3', 0, '\xff\xf2'],
  ['pdf', 0, '%PDF-'],
  ['zip', 0, 'PK\x03\x04'],
  ['zip', 0, 'PK\x05\x06'],
  ['bmp', 0, 'BM'],
];

/**
 * The kind of a file and how careful one has to be with it, from its name and, once it is here, the first `HEAD_BYTES` of it. What the sender says
 * counts for nothing. Bytes that contradict the name are dangerous: a system opens by the name.
 */
export function lookAt(name: string, head: Uint8Array | null): FileLook {
  const ending = endingOf(name);
  const known = HARMLESS[ending];
  if (DANGEROUS.has(ending.slice(1))) return { kind: 'program', risk: 'dangerous', pictureType: null };
  const sniffed = head === null ? null : sniff(head);
  if (sniffed === 'program' || sniffed === 'markup') return { kind: 'program', risk: 'dangerous', pictureType: null };
  if (known) {
    if (sniffed === 'unknown') return { kind: known.kind, risk: 'unknown', pictureType: null };
    if (sniffed !== null && !known.bytes.includes(sniffed))
      return { kind: 'other', risk: 'dangerous', pictureType: null };
    return { kind: known.kind, risk: 'none', pictureType: (sniffed && PICTURE_TYPES[sniffed]) ?? null };
  }
  return { kind: ARCHIVES.has(ending.slice(1)) ? 'archive' : 'other', risk: 'unknown', pictureType: null };
}

/**
 * Whether a file begins as recordings of this app do: WebM whose one track is sound in Opus. Only what stands before the first sound is
 * looked at; after it, any bytes may come.
 */
export function isVoice(head: Uint8Array): boolean {
  const [tracks = ''] = latin1(head).split('\x1f\x43\xb6\x75', 1);
  return (
    matches(tracks, 0, '\x1a\x45\xdf\xa3') &&
    tracks.includes('\x42\x82\x84webm') &&
    tracks.includes('A_OPUS') &&
    !namesVideo(tracks)
  );
}

/** Whether a video's codec is named: an element of id 0x86, its size in one to eight bytes, the name. Random ids may hold `V_` as well. */
function namesVideo(heads: string): boolean {
  for (let at = heads.indexOf('V_'); at >= 0; at = heads.indexOf('V_', at + 1)) {
    for (let bytes = 1; bytes <= 8; bytes++) {
      // The first bit that is set says how many bytes the size has.
      const isSize = heads.charCodeAt(at - bytes) >> (8 - bytes) === 1;
      if (isSize && heads[at - bytes - 1] === '\x86') return true;
    }
  }
  return false;
}

function sniff(head: Uint8Array): Sniffed {
  if (head.length === 0) return 'nothing';
  const start = latin1(head.subarray(0, 64));
  for (const [kind, at, signature] of SIGNATURES) if (matches(start, at, signature)) return kind;
  if (head.includes(0)) return 'unknown';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return looksLikeMarkup(text) ? 'markup' : 'text';
  } catch {
    // Not UTF-8, so it is no text that every program shows alike.
    return 'unknown';
  }
}

const looksLikeMarkup = (text: string): boolean =>
  /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|\?xml|\?php|html|head|body|script|svg|iframe|style|meta|link|%)/i.test(
    text,
  ) || /<script[\s>]/i.test(text);

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function matches(start: string, at: number, signature: string): boolean {
  if (start.length < at + signature.length) return false;
  return [...signature].every((character, index) => character === '?' || start[at + index] === character);
}
