// All English words that the phone shows, in one piece to load.
import { en as ownPassword } from '../../account/own-password-words.ts';
import { sharedEn } from '../../language/shared-en.ts';
import { phoneEn } from './phone-en.ts';

export const words = { ...sharedEn, phone: phoneEn, account: ownPassword };
