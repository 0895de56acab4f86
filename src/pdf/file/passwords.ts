import { userPasswordByEmptyOwner } from './empty-owner.ts';
import type { Encryption } from './encryption.ts';

/**
 * The passwords to try after `password` has failed, the likeliest first. Keyboards and programs write one password in several
 * Unicode forms and encodings, and a document may open without any: a password sent with a whole batch then does no harm.
 */
export function otherPasswords(password: string | null, encryption: Encryption | null): (string | null)[] {
  const forms = password === null ? [] : [...writtenForms(password), null];
  const owner = encryption === null ? null : userPasswordByEmptyOwner(encryption);
  return [...new Set(owner === null ? forms : [...forms, owner])].filter((form) => form !== password);
}

function writtenForms(password: string): string[] {
  const composed = password.normalize('NFC');
  const forms = [composed, saslPrep(password), password.normalize('NFD')];
  // Engines take the characters of old revisions for bytes; these are the bytes that other programs make of them.
  return [...forms, pdfDocEncoded(composed), Buffer.from(composed).toString('latin1')];
}

/** The characters of PDFDocEncoding outside of Latin-1, from 0x18 and from 0x80 on. */
const [low, high] = ['\u02d8ˇˆ˙˝˛˚˜', '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\u009f€'];

/** A password with a character for each of its bytes in PDFDocEncoding. */
function pdfDocEncoded(password: string): string {
  return [...password]
    .map((character) => {
      const [early, late] = [low.indexOf(character), high.indexOf(character)];
      if (early >= 0) return String.fromCharCode(0x18 + early);
      return late >= 0 ? String.fromCharCode(0x80 + late) : character;
    })
    .join('');
}

/** The profile of stringprep that revision 6 of the standard handler asks for (RFC 4013); prohibited characters stay. */
function saslPrep(password: string): string {
  return password
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC');
}
