import { userPasswordByEmptyOwner } from './empty-owner.ts';
import type { Encryption } from './encryption.ts';

/**
 * Returns the passwords to try after `password` has failed, the most likely first. Keyboards and programs encode a
 * password in several Unicode forms and encodings. A document may also open without a password, so that a password for
 * a whole batch does no harm.
 */
export function otherPasswords(password: string | null, encryption: Encryption | null): (string | null)[] {
  const forms = password === null ? [] : [...writtenForms(password), null];
  const owner = encryption === null ? null : userPasswordByEmptyOwner(encryption);
  return [...new Set(owner === null ? forms : [...forms, owner])].filter((form) => form !== password);
}

function writtenForms(password: string): string[] {
  const composed = password.normalize('NFC');
  const forms = [composed, saslPrep(password), password.normalize('NFD')];
  // With old revisions, engines interpret characters as bytes; these are the bytes that other programs produce.
  return [...forms, pdfDocEncoded(composed), Buffer.from(composed).toString('latin1')];
}

/** The characters of PDFDocEncoding outside Latin-1, from 0x18 and from 0x80. */
const [low, high] = ['\u02d8ˇˆ˙˝˛˚˜', '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\u009f€'];

/** Returns a password with one character for each of its bytes in PDFDocEncoding. */
function pdfDocEncoded(password: string): string {
  return [...password]
    .map((character) => {
      const [early, late] = [low.indexOf(character), high.indexOf(character)];
      if (early >= 0) return String.fromCharCode(0x18 + early);
      return late >= 0 ? String.fromCharCode(0x80 + late) : character;
    })
    .join('');
}

/** The stringprep profile that revision 6 of the standard handler requires (RFC 4013). Prohibited characters stay. */
function saslPrep(password: string): string {
  return password
    .replace(/\p{Zs}/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC');
}
